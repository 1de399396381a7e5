package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditioningMethodTest {
  private static final Shape IMAGE = Shape.of(1, 8, 8);
  private static final int CLASSES = 3;

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private Layer network(String spec) {
    ConditioningMethod method = ConditioningMethod.parse(spec);
    return method.network(device, method.manifold(), IMAGE, CLASSES, new Initialization(5, 1));
  }

  private double[] logits(Layer network, Tensor images, double s) {
    int batch = images.shape().dimension(0);
    try (Tensor places = device.allocate(Shape.of(batch, 1));
        Conditioning conditioning = new Conditioning(device, filled(places, s));
        Tape tape = Tape.forwardOnly(device)) {
      Variable input = Variable.constant("images", images);
      return network.forward(tape, input, conditioning).value().toDoubles();
    }
  }

  private static Tensor filled(Tensor tensor, double value) {
    double[] values = new double[(int) tensor.size()];
    Arrays.fill(values, value);
    return tensor.write(values);
  }

  private double[] logitsOfOneImage(Layer network, double s) {
    try (Tensor image = device.allocate(IMAGE.under(1)).write(Problem.normals(3, 64))) {
      return logits(network, image, s);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ellipse",
        "none",
        "concat",
        "concat:circle",
        "embed",
        "embed:circle",
        "film",
        "film:circle",
        "widened:ellipse",
        "spline:8:periodic"
      })
  void textMakesTheMethodAgain(String spec) {
    ConditioningMethod method = ConditioningMethod.parse(spec);
    assertThat(method.spec()).isEqualTo(spec);
    assertThat(ConditioningMethod.parse(method.spec())).isEqualTo(method);
  }

  @Test
  void unknownTextNamesWhatThereIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConditioningMethod.parse("embed:round"))
        .withMessageContaining("'embed:round'")
        .withMessageContaining("concat[:circle]")
        .withMessageContaining("widened:MANIFOLD");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConditioningMethod.parse("widened:cube"))
        .withMessageContaining("cube");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "line", "concat", "concat:circle", "embed", "embed:circle"})
  void outputsDependOnTheConditioningValue(String spec) {
    try (Layer network = network(spec)) {
      assertThat(logitsOfOneImage(network, 0.1)).isNotEqualTo(logitsOfOneImage(network, 0.4));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "widened:ellipse"})
  void blindNetworksDoNot(String spec) {
    try (Layer network = network(spec)) {
      assertThat(logitsOfOneImage(network, 0.1)).isEqualTo(logitsOfOneImage(network, 0.4));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "concat:circle", "embed:circle"})
  void aFullTurnIsNoTurn(String spec) {
    try (Layer network = network(spec)) {
      double[] start = logitsOfOneImage(network, 0);
      double[] end = logitsOfOneImage(network, 1);
      assertThat(end).containsExactly(start, within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"concat", "embed"})
  void aFullTurnIsFarFromNoneWhereTheValueIsTold(String spec) {
    try (Layer network = network(spec)) {
      assertThat(logitsOfOneImage(network, 0)).isNotEqualTo(logitsOfOneImage(network, 1));
    }
  }

  /** With W_s and b known, the hidden layer is one over [x, s]: its sum can be done by hand. */
  @Test
  void theJoinedLayerIsOneOverBothInputs() {
    WeightManifold manifold = WeightManifold.parse("point");
    try (JoinedLinear layer =
            new JoinedLinear(device, "l", manifold, 2, 1, 2, new Initialization(1));
        Tensor x = device.allocate(Shape.of(1, 2)).write(new double[] {2, -3});
        Tensor c = device.allocate(Shape.of(1, 1)).write(new double[] {0.5});
        Tensor s = device.allocate(Shape.of(1, 1)).write(new double[] {0});
        Conditioning conditioning = new Conditioning(device, s);
        Tape tape = Tape.forwardOnly(device)) {
      layer.parameters().get(0).basis().write(new double[] {1, 2, 3, 4});
      layer.parameters().get(1).basis().write(new double[] {0.25, 5});
      layer.parameters().get(2).basis().write(new double[] {10, 20});
      Variable output =
          layer.forward(tape, Variable.constant("x", x), Variable.constant("c", c), conditioning);
      // 2 - 6 + 5 + 0.25 and 6 - 12 + 10 + 5.
      assertThat(output.value().toDoubles()).containsExactly(1.25, 9);
    }
  }

  @Test
  void aJoinedLayerIsHeInitialisedForBothInputsTogether() {
    WeightManifold manifold = WeightManifold.parse("point");
    try (JoinedLinear layer =
        new JoinedLinear(device, "l", manifold, 30, 20, 400, new Initialization(1))) {
      for (int i : new int[] {0, 2}) {
        double[] weights = layer.parameters().get(i).basis().toDoubles();
        double variance = Arrays.stream(weights).map(w -> w * w).average().orElseThrow();
        assertThat(variance).isCloseTo(2.0 / 50, within(0.1 * 2 / 50));
      }
    }
  }

  @Test
  void aWidenedNetworkHasTheParametersOfTheManifold() {
    for (Shape image : List.of(Shape.of(1, 28, 28), Shape.of(3, 32, 32))) {
      long one = PaperShapes.of(image, 10).parameters();
      for (int basisSize : new int[] {1, 3, 8}) {
        long widened = PaperShapes.widened(image, 10, basisSize).parameters();
        assertThat(widened / (double) (basisSize * one)).isCloseTo(1, within(2e-3));
      }
      assertThat(PaperShapes.widened(image, 10, 1)).isEqualTo(PaperShapes.of(image, 10));
    }
  }

  @Test
  void theCircleHasTwoInputsAndTheValueOne() {
    try (Layer value = network("concat");
        Layer circle = network("concat:circle")) {
      assertThat(shape(value, "linear1.side")).isEqualTo(Shape.of(1, 512, 1));
      assertThat(shape(circle, "linear1.side")).isEqualTo(Shape.of(1, 512, 2));
    }
    try (Layer embedded = network("embed:circle")) {
      assertThat(shape(embedded, "embed.weight")).isEqualTo(Shape.of(1, 32, 2));
      assertThat(shape(embedded, "linear1.side")).isEqualTo(Shape.of(1, 512, 32));
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoValuesEachIsToldByItself(SideEncoding encoding) {
    double[] s = {0.125, 0.7, 1, 0};
    try (EncodedSide side = new EncodedSide(device, encoding, 2);
        Tensor values = device.allocate(Shape.of(2, 2)).write(s);
        Conditioning conditioning = new Conditioning(device, values);
        Tape tape = Tape.forwardOnly(device)) {
      double[] told = side.forward(tape, conditioning).value().toDoubles();
      double[] expected =
          Arrays.stream(s)
              .flatMap(
                  value ->
                      encoding == SideEncoding.VALUE
                          ? DoubleStream.of(value)
                          : DoubleStream.of(
                              Math.cos(2 * Math.PI * value), Math.sin(2 * Math.PI * value)))
              .toArray();
      assertThat(told).containsExactly(expected, within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"concat", "embed:circle", "film"})
  void gradientsForTwoValuesAreThoseOfTheLoss(String spec) {
    ConditioningMethod method = ConditioningMethod.parse(spec).taking(2);
    assertThat(method.spec()).isEqualTo(spec);
    try (Layer network =
            method.network(device, method.manifold(), IMAGE, CLASSES, new Initialization(5, 1));
        Problem problem = new Problem(device, 3, IMAGE, 2, CLASSES)) {
      moveFilm(network);
      problem.backward(network);
      for (Parameter parameter : network.parameters()) {
        checkLargest(problem, network, parameter);
      }
    }
  }

  private static Shape shape(Layer network, String parameter) {
    return parameter(network, parameter).basis().shape();
  }

  private static Parameter parameter(Layer network, String name) {
    return network.parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void filmStartsAsThePlainNetwork() {
    try (Layer film = network("film");
        Layer plain = network("none")) {
      assertThat(logitsOfOneImage(film, 0.3)).isEqualTo(logitsOfOneImage(plain, 0.3));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"film", "film:circle"})
  void filmDependsOnTheConditioningValueOnceItHasLearnt(String spec) {
    try (Layer network = network(spec)) {
      moveFilm(network);
      assertThat(logitsOfOneImage(network, 0.1)).isNotEqualTo(logitsOfOneImage(network, 0.4));
    }
  }

  /** Gains and shifts are 0 at first, and then nothing goes back to the embedding. */
  private static void moveFilm(Layer network) {
    long stream = 200;
    for (Parameter parameter : network.parameters()) {
      if (parameter.name().startsWith("film")) {
        double[] values = Problem.normals(stream++, (int) parameter.basis().size());
        parameter.basis().write(Arrays.stream(values).map(value -> value / 8).toArray());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"concat", "concat:circle", "embed", "embed:circle", "film", "film:circle"})
  void gradientsAreThoseOfTheLoss(String spec) {
    try (Layer network = network(spec);
        Problem problem = new Problem(device, 3, IMAGE, 1, CLASSES)) {
      moveFilm(network);
      problem.backward(network);
      for (Parameter parameter : network.parameters()) {
        checkLargest(problem, network, parameter);
      }
    }
  }

  /** The largest entry of a gradient, and one in the middle, against central differences. */
  private static void checkLargest(Problem problem, Layer network, Parameter parameter) {
    double[] gradient = parameter.variable().gradient().toDoubles();
    int largest = 0;
    for (int e = 1; e < gradient.length; e++) {
      largest = Math.abs(gradient[e]) > Math.abs(gradient[largest]) ? e : largest;
    }
    double scale = Math.abs(gradient[largest]);
    assertThat(scale).as(parameter.name()).isGreaterThan(1e-4);
    for (int e : new int[] {largest, gradient.length / 2}) {
      assertThat(gradient[e])
          .as("%s[%d]", parameter.name(), e)
          .isCloseTo(problem.slope(network, parameter, e), within(1e-6 * Math.max(scale, 1e-2)));
    }
  }
}
