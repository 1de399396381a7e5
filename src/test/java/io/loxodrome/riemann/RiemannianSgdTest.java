package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Problem;
import io.loxodrome.nn.Sequential;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RiemannianSgdTest {
  private static final RiemannianSgd.Settings EXACT =
      RiemannianSgd.Settings.of(new OutputFactor.Softmax());

  private Device device = Device.open("reference:float64");

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private void open(String name) {
    device.close();
    device = Device.open(name);
  }

  private ManifoldLinear linear(
      String name, String spec, int inputs, int outputs, Activation activation) {
    return ManifoldLinear.initialized(
        device,
        name,
        WeightManifold.parse(spec),
        new Linear(inputs, outputs, activation),
        new Initialization(3, 1));
  }

  private Layer network(String spec) {
    return Sequential.of(
        linear("one", spec, 4, 6, Activation.RELU), linear("two", spec, 6, 3, Activation.NONE));
  }

  /** A forward pass, observed, the way back, and a step. */
  private double step(Layer network, Optimizer optimizer, Problem problem) {
    try (Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device)) {
      Variable x = Variable.constant("x", problem.inputs());
      Variable logits = network.forward(tape, x, conditioning);
      SoftmaxCrossEntropy loss = SoftmaxCrossEntropy.of(tape, logits, problem.labels());
      double mean = loss.mean();
      optimizer.observe(tape, logits);
      loss.backward();
      optimizer.step();
      return mean;
    }
  }

  private static double[] values(Layer network) {
    return network.parameters().stream()
        .flatMapToDouble(parameter -> Arrays.stream(parameter.basis().toDoubles()))
        .toArray();
  }

  private static double[] difference(double[] from, double[] to) {
    double[] difference = new double[from.length];
    for (int i = 0; i < from.length; i++) {
      difference[i] = to[i] - from[i];
    }
    return difference;
  }

  @Test
  void theLearningRateIsOneOverTheNumberOfModules() {
    try (Layer network = network("ellipse");
        Layer same = network("ellipse");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Optimizer unset = new RiemannianSgd(device, network.parameters(), EXACT);
        Optimizer set = new RiemannianSgd(device, same.parameters(), EXACT.withLearningRate(0.5))) {
      step(network, unset, problem);
      step(same, set, problem);
      assertThat(unset.learningRate()).isEqualTo(0.5);
      assertThat(values(network)).isEqualTo(values(same));
    }
  }

  /** A step is as long in the layerwise metric as it is clipped to, and no longer than it was. */
  @Test
  void stepsAreClippedInTheLayerwiseMetric() {
    double[] free = clippedStep(new GradientScaling.None());
    double[] half = clippedStep(new GradientScaling.Clipped(1e-3));
    double[] whole = clippedStep(new GradientScaling.Clipped(2e-3));
    assertThat(clippedStep(new GradientScaling.Clipped(1e6))).isEqualTo(free);
    double shrunk = whole[0] / free[0];
    assertThat(shrunk).isBetween(1e-9, 0.9);
    for (int at = 0; at < free.length; at++) {
      assertThat(whole[at]).isCloseTo(shrunk * free[at], within(1e-12));
      assertThat(half[at]).isCloseTo(whole[at] / 2, within(1e-12));
    }
  }

  private double[] clippedStep(GradientScaling scaling) {
    try (Layer network = network("ellipse");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Optimizer optimizer =
            new RiemannianSgd(device, network.parameters(), EXACT.withScaling(scaling))) {
      double[] before = values(network);
      step(network, optimizer, problem);
      return difference(before, values(network));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void gradientsOfZeroMakeNoConstrainedStep(String name) {
    open(name);
    RiemannianSgd.Settings constrained =
        EXACT.withLearningRate(0.1).withScaling(new GradientScaling.Constrained());
    try (Layer network = network("ellipse");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device);
        Tensor none = device.zeros(Shape.of(6, 3));
        Optimizer optimizer = new RiemannianSgd(device, network.parameters(), constrained)) {
      double[] before = values(network);
      Variable x = Variable.constant("x", problem.inputs());
      Variable logits = network.forward(tape, x, conditioning);
      optimizer.observe(tape, logits);
      tape.backward(logits, none);
      optimizer.step();
      assertThat(values(network)).isEqualTo(before);
    }
  }

  /** With G and mu so large that K K^T is nothing beside it, it is SGD. */
  @Test
  void withALargeDampingItIsSgd() {
    try (Layer network = network("spline:5");
        Layer same = network("spline:5");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Optimizer riemannian =
            new RiemannianSgd(
                device,
                network.parameters(),
                EXACT
                    .withDamping(1e9)
                    .withLearningRate(1e7)
                    .withMomentum(0.9)
                    .withWeightDecay(1e-9));
        Optimizer plain =
            new Sgd(
                device,
                same.parameters(),
                Sgd.Settings.defaults().withLearningRate(0.01).withWeightDecay(1))) {
      double[] start = values(network);
      for (int i = 0; i < 3; i++) {
        step(network, riemannian, problem);
        step(same, plain, problem);
      }
      double[] moved = difference(start, values(network));
      assertThat(Dense.relativeError(moved, difference(start, values(same)))).isLessThan(1e-6);
    }
  }

  /** One linear module under |y - t|^2 / 2: M without damping is the whole curvature. */
  @Test
  void leastSquaresAreSolvedInOneStep() {
    int batch = 12;
    try (ManifoldLinear layer = linear("only", "line", 3, 2, Activation.NONE);
        Tensor inputs = device.allocate(Shape.of(batch, 3)).write(Problem.normals(1, 3 * batch));
        Tensor places = device.allocate(Shape.of(batch, 1)).write(Problem.uniforms(2, batch));
        Tensor cotangent = device.allocate(Shape.of(batch, 2));
        Optimizer optimizer =
            new RiemannianSgd(
                device,
                layer.parameters(),
                RiemannianSgd.Settings.of(new OutputFactor.Identity()).withDamping(0))) {
      double[] targets = Problem.normals(3, 2 * batch);
      double[] norms = new double[2];
      for (int pass = 0; pass < 2; pass++) {
        try (Conditioning conditioning = new Conditioning(device, places);
            Tape tape = Tape.recording(device)) {
          Variable y = layer.forward(tape, Variable.constant("x", inputs), conditioning);
          double[] residual = difference(targets, y.value().toDoubles());
          optimizer.observe(tape, y);
          tape.backward(y, cotangent.write(Arrays.stream(residual).map(r -> r / batch).toArray()));
          norms[pass] = optimizer.gradientNorm();
          optimizer.step();
        }
      }
      assertThat(norms[0]).isGreaterThan(0.1);
      assertThat(norms[1]).isLessThan(1e-5 * norms[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void oneExampleIsEnough(String name) {
    open(name);
    requireFiniteSteps(new Problem(device, 1, Shape.of(4), 1, 3), 0);
    requireFiniteSteps(new Problem(device, 1, Shape.of(4), 1, 3), 0.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void examplesThatAreThereManyTimesDoNoHarm(String name) {
    open(name);
    for (double damping : new double[] {0, 1e-9, 0.1}) {
      Problem problem = new Problem(device, 8, Shape.of(4), 1, 3);
      double[] inputs = new double[32];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = (1 + i % 4) / 10.0;
      }
      problem.inputs().write(inputs);
      problem.places().write(new double[] {.5, .5, .5, .5, .5, .5, .5, .5});
      requireFiniteSteps(problem, damping);
    }
  }

  /** Steps that end with a smaller loss, everything finite. */
  private void requireFiniteSteps(Problem problem, double damping) {
    try (problem;
        Layer network = network("ellipse");
        Optimizer optimizer =
            new RiemannianSgd(
                device, network.parameters(), EXACT.withDamping(damping).withLearningRate(0.01))) {
      double first = step(network, optimizer, problem);
      double last = first;
      for (int i = 0; i < 3; i++) {
        last = step(network, optimizer, problem);
      }
      assertThat(last).isLessThan(first);
      assertThat(Arrays.stream(values(network))).allMatch(Double::isFinite);
    }
  }

  /** Nothing gets through to the first layer: its metric is mu G, and 0 without mu. */
  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu"})
  void moduleWithoutAnyColumnStandsStillOrTakesTheManifoldsStep(String name) {
    open(name);
    for (double damping : new double[] {0, 0.1}) {
      try (Layer network = network("ellipse");
          Problem problem = new Problem(device, 5, Shape.of(4), 1, 3);
          Optimizer optimizer =
              new RiemannianSgd(device, network.parameters(), EXACT.withDamping(damping))) {
        Tensor bias = network.parameters().get(1).basis();
        double[] dead = new double[(int) bias.size()];
        Arrays.fill(dead, 0, 6, -100);
        bias.write(dead);
        double[] start = network.parameters().get(0).basis().toDoubles();
        step(network, optimizer, problem);
        assertThat(network.parameters().get(0).basis().toDoubles()).isEqualTo(start);
        assertThat(Arrays.stream(values(network))).allMatch(Double::isFinite);
      }
    }
  }

  @Test
  void stateAndStepsAreAllThereIsToResume() {
    RiemannianSgd.Settings settings =
        RiemannianSgd.Settings.of(new OutputFactor.SampledSoftmax(2, 5)).withMomentum(0.5);
    try (Layer through = network("ellipse");
        Layer resumed = network("ellipse");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Optimizer one = new RiemannianSgd(device, through.parameters(), settings);
        Optimizer two = new RiemannianSgd(device, resumed.parameters(), settings)) {
      step(through, one, problem);
      step(through, one, problem);
      copy(through, resumed);
      two.state()
          .forEach(
              (name, tensor) ->
                  tensor.write(Objects.requireNonNull(one.state().get(name)).toDoubles()));
      two.resume(one.steps());
      step(through, one, problem);
      step(resumed, two, problem);
      assertThat(values(resumed)).isEqualTo(values(through));
    }
  }

  private static void copy(Layer from, Layer to) {
    List<Parameter> targets = to.parameters();
    for (int i = 0; i < targets.size(); i++) {
      targets.get(i).basis().write(from.parameters().get(i).basis().toDoubles());
    }
  }

  @Test
  void aStepWithoutObservationIsRefusedAndMovesNothing() {
    try (Layer network = network("ellipse");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Optimizer optimizer = new RiemannianSgd(device, network.parameters(), EXACT)) {
      double[] start = values(network);
      problem.backward(network);
      assertThatIllegalStateException()
          .isThrownBy(optimizer::step)
          .withMessageContaining("observe(tape, outputs)");
      assertThat(values(network)).isEqualTo(start);
      assertThat(optimizer.steps()).isZero();
    }
  }

  @Test
  void modulesMoveAsAWholeOrNotAtAll() {
    try (Layer network = network("ellipse");
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Optimizer half = new RiemannianSgd(device, network.parameters().subList(0, 3), EXACT);
        Optimizer first = new RiemannianSgd(device, network.parameters().subList(0, 2), EXACT)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> step(network, half, problem))
          .withMessageContaining("as a whole");
      double[] last = network.parameters().get(2).basis().toDoubles();
      step(network, first, problem);
      assertThat(network.parameters().get(2).basis().toDoubles()).isEqualTo(last);
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EXACT.withDamping(-1))
        .withMessageContaining("damping is -1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EXACT.withMomentum(1))
        .withMessageContaining("momentum is 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EXACT.withLearningRate(Double.NaN))
        .withMessageContaining("learning rate is NaN");
    GradientScaling constrained = new GradientScaling.Constrained();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EXACT.withScaling(constrained))
        .withMessageContaining("no learning rate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EXACT.withLearningRate(1).withMomentum(0.5).withScaling(constrained))
        .withMessageContaining("momentum is 0.5, must be 0");
  }

  /** Both ways to keep a linear layer's columns come to the same step. */
  @Test
  void rowsAndProductsAgree() {
    try (ManifoldLinear once = linear("layer", "ellipse", 4, 4, Activation.NONE);
        Problem problem = new Problem(device, 6, Shape.of(4), 1, 4);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device)) {
      Variable x = Variable.constant("x", problem.inputs());
      Variable y = once.forward(tape, x, conditioning);
      List<double[]> steps = new ArrayList<>();
      try (LayerwiseMetric products =
              LayerwiseMetric.of(tape, y, once.parameters(), new OutputFactor.Softmax(), 0);
          LayerwiseMetric rows = inRows(tape, y, once, x, conditioning)) {
        assertThat(products.modules().get(0).way()).isEqualTo(Way.PRODUCTS);
        assertThat(rows.modules().get(0).way()).isEqualTo(Way.ROWS);
        for (LayerwiseMetric metric : List.of(products, rows)) {
          steps.add(preconditioned(metric.modules().get(0)));
        }
      }
      assertThat(steps.get(1)).containsExactly(steps.get(0), within(1e-12));
    }
  }

  /** With a second use of the layer, which no cotangent reaches. */
  private LayerwiseMetric inRows(
      Tape tape, Variable y, ManifoldLinear layer, Variable x, Conditioning conditioning) {
    layer.forward(tape, x, conditioning);
    return LayerwiseMetric.of(tape, y, layer.parameters(), new OutputFactor.Softmax(), 0);
  }

  private double[] preconditioned(ModuleMetric module) {
    List<Tensor> gradients = new ArrayList<>();
    for (Parameter parameter : module.parameters()) {
      int size = (int) parameter.basis().size();
      gradients.add(device.allocate(parameter.basis().shape()).write(Problem.normals(size, size)));
    }
    module.precondition(0.1, gradients);
    double[] values =
        gradients.stream().flatMapToDouble(g -> Arrays.stream(g.toDoubles())).toArray();
    gradients.forEach(Tensor::close);
    return values;
  }
}
