package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Pooling;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of whole networks against central differences of the loss, in double. */
class NetworkGradientTest {
  private final Device device = Device.open("reference:float64");
  private final Initialization initialization = new Initialization(3, 1);

  @AfterEach
  void closeDevice() {
    device.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "rod", "ellipse", "spline:5", "torus"})
  void convolutionalNetworkOnEveryKindOfMetric(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    Convolution first = Convolution.same(2, 2, 6, 7, 3).activated(Activation.RELU).pooled(2);
    Convolution second = Convolution.same(2, 3, 3, 3, 3).activated(Activation.RELU).pooled(2);
    check(
        manifold.dimensions(),
        Shape.of(2, 6, 7),
        Sequential.of(
            ManifoldConv2d.initialized(device, "conv1", manifold, first, initialization),
            ManifoldConv2d.initialized(device, "conv2", manifold, second, initialization),
            new Flatten("flatten"),
            linear("linear1", spec, 3, 4, Activation.RELU),
            linear("linear2", spec, 4, 3, Activation.NONE)));
  }

  @Test
  void separateActivationAndPoolingOnDifferentManifolds() {
    Convolution convolution = Convolution.same(1, 2, 5, 4, 3);
    check(
        1,
        Shape.of(1, 5, 4),
        Sequential.of(
            ManifoldConv2d.initialized(
                device, "conv", WeightManifold.parse("line"), convolution, initialization),
            new Pool2d("average", new Pooling(Pooling.Kind.AVERAGE, 2, 5, 4, 2)),
            new Relu("relu"),
            new Pool2d("max", new Pooling(Pooling.Kind.MAX, 2, 2, 2, 2)),
            new Flatten("flatten"),
            linear("linear", "ellipse", 2, 3, Activation.NONE)));
  }

  @Test
  void layerUsedThreeTimesHasTheSumOfItsGradients() {
    Layer shared = linear("shared", "ellipse", 4, 4, Activation.RELU);
    check(
        1,
        Shape.of(4),
        Sequential.of(shared, shared, shared, linear("out", "line", 4, 3, Activation.NONE)));
  }

  @Test
  void parametersSharedBetweenLayersHaveTheSumOfTheirGradients() {
    ManifoldLinear one = linear("one", "line", 4, 4, Activation.RELU);
    Parameter weights = one.parameters().get(0);
    Parameter bias = one.parameters().get(1);
    ManifoldLinear two =
        new ManifoldLinear("two", new Linear(4, 4, Activation.NONE), weights, bias);
    Sequential network = Sequential.of(one, two);
    assertThat(network.parameters()).containsExactly(weights, bias);
    check(1, Shape.of(4), network);
  }

  @Test
  void residualPathsAdd() {
    Layer inner = linear("inner", "ellipse", 4, 4, Activation.RELU);
    Layer twice = linear("twice", "ellipse", 4, 4, Activation.NONE);
    check(
        1,
        Shape.of(4),
        Sequential.of(
            linear("in", "ellipse", 4, 4, Activation.NONE),
            new ThreeWays(new ThreeWays(inner)),
            new ThreeWays(twice),
            linear("out", "ellipse", 4, 3, Activation.NONE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "rod", "ellipse", "spline:5", "torus"})
  void normalisedConvolutionsOnEveryKindOfMetric(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    check(
        manifold.dimensions(),
        Shape.of(2, 4, 5),
        Sequential.of(
            ManifoldConv2d.initialized(
                device, "conv", manifold, Convolution.same(2, 3, 4, 5, 3), initialization),
            ManifoldLayerNorm.initialized(
                device, "norm", manifold, new LayerNormalization(3, 20, 0.1), initialization),
            new Relu("relu"),
            new Flatten("flatten"),
            linear("linear", spec, 60, 3, Activation.NONE)));
  }

  @ParameterizedTest
  @EnumSource
  void residualBlocksWithEitherShortcut(Activation activation) {
    Layer body = linear("body", "ellipse", 4, 4, Activation.RELU);
    Layer longer = linear("longer", "ellipse", 4, 5, Activation.RELU);
    Layer shortcut = linear("shortcut", "line", 4, 5, Activation.NONE);
    check(
        1,
        Shape.of(4),
        Sequential.of(
            Residual.around("first", body, activation),
            new Residual("second", longer, shortcut, activation),
            linear("out", "ellipse", 5, 3, Activation.NONE)));
  }

  @Test
  void aSumOfOneWayTwice() {
    Layer both = linear("both", "ellipse", 4, 4, Activation.NONE);
    check(
        1,
        Shape.of(4),
        Sequential.of(
            linear("in", "ellipse", 4, 4, Activation.NONE),
            new Residual("parameters twice", both, both, Activation.RELU),
            Residual.around("input twice", Sequential.of(), Activation.NONE),
            linear("out", "ellipse", 4, 3, Activation.NONE)));
  }

  /** x + f(x) + x: a value that goes three ways, two of them into one operation. */
  private record ThreeWays(Layer inner) implements Layer {
    @Override
    public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
      Variable through = inner.forward(tape, input, conditioning);
      Tensor sum = tape.allocate(input.value().shape());
      var elementwise = tape.operators().elementwise();
      elementwise.copy(through.value(), sum);
      elementwise.addScaled(sum, 2, input.value());
      return tape.record(
          "residual",
          sum,
          List.of(input, through, input),
          (outputGradient, targets) -> {
            for (int i = 0; i < 3; i++) {
              elementwise.copy(outputGradient, targets.at(i));
            }
          });
    }

    @Override
    public List<Parameter> parameters() {
      return inner.parameters();
    }
  }

  private ManifoldLinear linear(
      String name, String spec, int inputs, int outputs, Activation activation) {
    return ManifoldLinear.initialized(
        device,
        name,
        WeightManifold.parse(spec),
        new Linear(inputs, outputs, activation),
        initialization);
  }

  private void check(int dimensions, Shape input, Layer network) {
    try (network;
        Problem problem = new Problem(device, 6, input, dimensions, 3)) {
      randomiseBiases(network);
      problem.backward(network);
      List<double[]> gradients = new ArrayList<>();
      for (Parameter parameter : network.parameters()) {
        gradients.add(parameter.variable().gradient().toDoubles());
      }
      for (int i = 0; i < gradients.size(); i++) {
        checkParameter(problem, network, network.parameters().get(i), gradients.get(i));
      }
    }
  }

  /** Moves pre-activations off 0, where the ReLU has no derivative. */
  private static void randomiseBiases(Layer network) {
    long stream = 100;
    for (Parameter parameter : network.parameters()) {
      if (parameter.name().endsWith(".bias")) {
        int size = (int) parameter.basis().size();
        double[] values = Problem.normals(stream++, size);
        parameter.basis().write(Arrays.stream(values).map(value -> value / 4).toArray());
      }
    }
  }

  private static void checkParameter(
      Problem problem, Layer network, Parameter parameter, double[] gradient) {
    double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
    assertThat(largest).as(parameter.name()).isGreaterThan(1e-4);
    for (int e = 0; e < gradient.length; e++) {
      assertThat(gradient[e])
          .as("%s[%d]", parameter.name(), e)
          .isCloseTo(problem.slope(network, parameter, e), within(1e-6 * Math.max(largest, 1e-2)));
    }
  }
}
