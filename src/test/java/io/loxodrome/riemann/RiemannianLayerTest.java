package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Residual;
import io.loxodrome.nn.Sequential;
import io.loxodrome.nn.SquaredError;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Sgd;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user's module as a layer: alone, among others, and on manifolds. */
class RiemannianLayerTest {
  private static final int BATCH = 5;

  /** y_j = sin(theta_j x_j) + theta_2 x_0 x_1, of two numbers each. */
  private static final class Waves implements RiemannianModule {
    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public int outputs() {
      return 2;
    }

    @Override
    public int parameters() {
      return 3;
    }

    @Override
    public void forward(double[] theta, double[] x, double[] y) {
      for (int j = 0; j < 2; j++) {
        y[j] = Math.sin(theta[j] * x[j]) + theta[2] * x[0] * x[1];
      }
    }

    @Override
    public void pullBack(double[] theta, double[] x, double[] u, double[] v) {
      for (int j = 0; j < 2; j++) {
        v[j] = theta[j] * Math.cos(theta[j] * x[j]) * u[j] + theta[2] * x[1 - j] * (u[0] + u[1]);
      }
    }

    @Override
    public void parameterRow(double[] theta, double[] x, double[] u, double[] row) {
      for (int j = 0; j < 2; j++) {
        row[j] = x[j] * Math.cos(theta[j] * x[j]) * u[j];
      }
      row[2] = x[0] * x[1] * (u[0] + u[1]);
    }
  }

  private final Device device = Device.open("reference:float64");
  private final Random random = new Random(5);
  private final Tensor x = normal(BATCH, 2);
  private final Tensor targets = normal(BATCH, 2);
  private final Tensor s =
      device.allocate(Shape.of(BATCH, 1)).write(random.doubles(BATCH).toArray());

  private Tensor normal(int... dimensions) {
    Tensor tensor = device.allocate(Shape.of(dimensions));
    return tensor.write(random.doubles(tensor.size(), -1, 1).toArray());
  }

  @AfterEach
  void close() {
    x.close();
    targets.close();
    s.close();
    device.close();
  }

  private Parameter theta(String name, String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    return new Parameter(name, manifold, normal(manifold.basisSize(), 3));
  }

  private RiemannianLayer waves(String name, String spec) {
    return new RiemannianLayer(name, new Waves(), theta(name, spec));
  }

  private ManifoldLinear linear(String spec) {
    return ManifoldLinear.initialized(
        device,
        "linear",
        WeightManifold.parse(spec),
        new Linear(2, 2, Activation.NONE),
        new Initialization(3));
  }

  private double loss(Layer network) {
    try (Conditioning where = new Conditioning(device, s);
        Tape tape = Tape.recording(device)) {
      Variable y = network.forward(tape, Variable.constant("x", x), where);
      SquaredError error = SquaredError.of(tape, y, targets);
      double mean = error.mean();
      error.backward();
      return mean;
    }
  }

  /** Every derivative by central differences. */
  private void requireGradients(Layer network) {
    for (Parameter parameter : network.parameters()) {
      loss(network);
      double[] gradient = parameter.variable().gradient().toDoubles();
      double[] values = parameter.basis().toDoubles();
      for (int j = 0; j < values.length; j++) {
        double step = 1e-5;
        double slope = (loss(network, parameter, j, step) - loss(network, parameter, j, -step));
        assertThat(gradient[j])
            .as("%s[%d]", parameter.name(), j)
            .isCloseTo(slope / (2 * step), offset(1e-8));
      }
    }
  }

  private double loss(Layer network, Parameter parameter, int element, double step) {
    double[] values = parameter.basis().toDoubles();
    double[] moved = values.clone();
    moved[element] += step;
    parameter.basis().write(moved);
    double loss = loss(network);
    parameter.basis().write(values);
    return loss;
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "ellipse"})
  void gradientsAreRightInSequencesAndResiduals(String spec) {
    try (Layer network =
        Sequential.of(
            waves("first", spec),
            Residual.around("block", Sequential.of(linear(spec)), Activation.NONE),
            waves("second", spec))) {
      requireGradients(network);
    }
  }

  @Test
  void aLayerInTwoPlacesGetsTheSumOfItsGradients() {
    try (Layer shared = waves("shared", "line")) {
      requireGradients(Sequential.of(shared, shared));
    }
  }

  /** On the line example i sees (1 - s_i) P_1 + s_i P_2. */
  @Test
  void eachExampleSeesItsOwnParameters() {
    try (RiemannianLayer layer = waves("waves", "line");
        Conditioning where = new Conditioning(device, s);
        Tape tape = Tape.recording(device)) {
      Variable y = layer.forward(tape, Variable.constant("x", x), where);
      double[] points = layer.parameters().get(0).basis().toDoubles();
      double[] places = s.toDoubles();
      double[] inputs = x.toDoubles();
      double[] outputs = y.value().toDoubles();
      for (int i = 0; i < BATCH; i++) {
        double[] theta = new double[3];
        for (int j = 0; j < 3; j++) {
          theta[j] = (1 - places[i]) * points[j] + places[i] * points[3 + j];
        }
        double[] expected = new double[2];
        new Waves().forward(theta, new double[] {inputs[2 * i], inputs[2 * i + 1]}, expected);
        assertThat(outputs[2 * i]).isCloseTo(expected[0], offset(1e-14));
        assertThat(outputs[2 * i + 1]).isCloseTo(expected[1], offset(1e-14));
      }
    }
  }

  @Test
  void sgdTrainsIt() {
    try (Layer network = Sequential.of(waves("first", "line"), linear("line"));
        Sgd sgd = new Sgd(device, network.parameters(), Sgd.Settings.defaults())) {
      double start = loss(network);
      for (int step = 0; step < 100; step++) {
        sgd.step();
        loss(network);
      }
      assertThat(loss(network)).isLessThan(start / 2);
    }
  }

  @Test
  void onASinglePrecisionDeviceItIsTheSameButForRounding() {
    try (Layer exact = waves("waves", "ellipse");
        Device cpu = Device.open("reference");
        Parameter copy =
            new Parameter(
                "waves",
                WeightManifold.parse("ellipse"),
                cpu.allocate(Shape.of(3, 3)).write(exact.parameters().get(0).basis().toDoubles()));
        Tensor cpuX = cpu.allocate(x.shape()).write(x.toDoubles());
        Tensor cpuS = cpu.allocate(s.shape()).write(s.toDoubles());
        Conditioning where = new Conditioning(device, s);
        Conditioning cpuWhere = new Conditioning(cpu, cpuS);
        Tape tape = Tape.recording(device);
        Tape cpuTape = Tape.recording(cpu)) {
      Variable y = exact.forward(tape, Variable.constant("x", x), where);
      Variable rounded =
          new RiemannianLayer("waves", new Waves(), copy)
              .forward(cpuTape, Variable.constant("x", cpuX), cpuWhere);
      assertThat(rounded.value().toDoubles()).containsExactly(y.value().toDoubles(), offset(1e-5));
    }
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    try (Parameter theta = theta("theta", "line");
        Parameter wide = new Parameter("wide", WeightManifold.parse("line"), normal(2, 4));
        Tensor three = normal(BATCH, 3);
        Tensor fewer = normal(BATCH - 1, 2);
        Conditioning where = new Conditioning(device, s);
        Tape tape = Tape.recording(device)) {
      RiemannianLayer layer = new RiemannianLayer("waves", new Waves(), theta);
      assertThatThrownBy(() -> layer.forward(tape, Variable.constant("x", three), where))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("input of waves has shape 5x3, expected 5x2");
      assertThatThrownBy(() -> layer.forward(tape, Variable.constant("x", fewer), where))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("input of waves has shape 4x2, expected 5x2");
      assertThatThrownBy(() -> new RiemannianLayer("waves", new Waves(), wide))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("wide has shape 2x4, expected 2x3");
      assertThatThrownBy(() -> new RiemannianLayer("empty", new Empty(), theta))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("parameters of empty is 0");
      assertThatThrownBy(() -> SquaredError.of(tape, Variable.constant("x", x), three))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("targets has shape 5x3, expected 5x2");
    }
  }

  private static final class Empty implements RiemannianModule {
    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public int outputs() {
      return 2;
    }

    @Override
    public int parameters() {
      return 0;
    }

    @Override
    public void forward(double[] theta, double[] x, double[] y) {}

    @Override
    public void pullBack(double[] theta, double[] x, double[] u, double[] v) {}

    @Override
    public void parameterRow(double[] theta, double[] x, double[] u, double[] row) {}
  }
}
