package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.LinearFactor;
import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples' rows of every layer's factor, spread over the basis points, are its gradient. */
class ParameterFactorTest {
  private static final int BATCH = 5;

  private final Initialization initialization = new Initialization(3, 1);
  private final Map<Variable, double[]> sums = new HashMap<>();
  private Device device = Device.open("reference:float64");

  @BeforeEach
  void forget() {
    sums.clear();
  }

  @AfterEach
  void closeDevice() {
    device.close();
  }

  private void open(String name) {
    device.close();
    device = Device.open(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "cpu"})
  void convolutionsNormalisationAndLinearLayers(String name) {
    open(name);
    for (String spec : List.of("point", "rod", "ellipse", "spline:5")) {
      WeightManifold manifold = WeightManifold.parse(spec);
      Convolution first = Convolution.same(2, 8, 6, 7, 3).activated(Activation.RELU).pooled(2);
      Convolution second = Convolution.same(8, 3, 3, 3, 3).activated(Activation.RELU);
      check(
          Shape.of(2, 6, 7),
          Sequential.of(
              ManifoldConv2d.initialized(device, "conv1", manifold, first, initialization),
              ManifoldConv2d.initialized(device, "conv2", manifold, second, initialization),
              ManifoldLayerNorm.initialized(
                  device, "norm", manifold, new LayerNormalization(3, 9, 0.1), initialization),
              new Flatten("flatten"),
              linear("linear1", manifold, 27, 4, Activation.RELU),
              linear("linear2", manifold, 4, 3, Activation.NONE)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "cpu"})
  void sharedAndResidualLayers(String name) {
    open(name);
    WeightManifold manifold = WeightManifold.parse("ellipse");
    Layer shared = linear("shared", manifold, 4, 4, Activation.RELU);
    check(
        Shape.of(4),
        Sequential.of(
            shared,
            Residual.around("block", shared, Activation.RELU),
            linear("out", manifold, 4, 3, Activation.NONE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"concat", "embed", "film"})
  void networksThatJoinASideInput(String method) {
    ConditioningMethod joined = ConditioningMethod.parse(method);
    check(
        Shape.of(1, 8, 8),
        joined.network(
            device, WeightManifold.parse("point"), Shape.of(1, 8, 8), 3, initialization));
  }

  private ManifoldLinear linear(
      String name, WeightManifold manifold, int inputs, int outputs, Activation activation) {
    return ManifoldLinear.initialized(
        device, name, manifold, new Linear(inputs, outputs, activation), initialization);
  }

  private void check(Shape input, Layer network) {
    try (network;
        Problem problem = new Problem(device, BATCH, input, 1, 3);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device);
        Tensor cotangent = device.allocate(Shape.of(BATCH, 3))) {
      cotangent.write(Problem.normals(9, BATCH * 3));
      Variable x = Variable.constant("x", problem.inputs());
      Variable y = network.forward(tape, x, conditioning);
      tape.probe(y, cotangent, this::add);
      tape.backward(y, cotangent);
      for (Parameter parameter : network.parameters()) {
        double[] expected = parameter.variable().gradient().toDoubles();
        assertThat(sums.get(parameter.variable()))
            .as(parameter.name())
            .containsExactly(expected, within(device.name().equals("cpu") ? 1e-4 : 1e-12));
      }
    }
  }

  private void add(ParameterFactor factor, Tensor cotangent) {
    List<Tensor> rows = new ArrayList<>();
    for (Variable parameter : factor.parameters()) {
      int size = Math.toIntExact(parameter.value().shape().rowSize());
      rows.add(device.allocate(Shape.of(BATCH, size)));
    }
    factor.pullBack(cotangent, rows);
    if (factor instanceof LinearFactor linear) {
      checkProducts(linear, cotangent, rows);
    }
    for (int j = 0; j < rows.size(); j++) {
      spread(factor, factor.parameters().get(j), rows.get(j).toDoubles());
      rows.get(j).close();
    }
  }

  /** Rows are e_i x_i^T and e_i. */
  private void checkProducts(LinearFactor factor, Tensor cotangent, List<Tensor> rows) {
    int inputs = factor.layer().inputs();
    int outputs = factor.layer().outputs();
    double[] x = factor.input().toDoubles();
    double[] weights = rows.get(0).toDoubles();
    try (Tensor e = device.allocate(Shape.of(BATCH, outputs))) {
      factor.preActivations(cotangent, e);
      double[] d = e.toDoubles();
      assertThat(rows.get(1).toDoubles()).containsExactly(d);
      for (int i = 0; i < weights.length; i++) {
        int row = i / inputs;
        double expected = d[row] * x[row / outputs * inputs + i % inputs];
        assertThat(weights[i]).isCloseTo(expected, within(1e-6));
      }
    }
  }

  private void spread(ParameterFactor factor, Variable parameter, double[] rows) {
    double[] a = factor.coefficients().toDoubles();
    int n = factor.coefficients().shape().dimension(1);
    int size = rows.length / BATCH;
    double[] sum = sums.computeIfAbsent(parameter, key -> new double[n * size]);
    for (int i = 0; i < BATCH; i++) {
      for (int k = 0; k < n; k++) {
        for (int e = 0; e < size; e++) {
          sum[k * size + e] += a[i * n + k] * rows[i * size + e];
        }
      }
    }
  }
}
