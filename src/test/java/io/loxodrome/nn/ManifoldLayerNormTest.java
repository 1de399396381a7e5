package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifoldLayerNormTest {
  private static final LayerNormalization SHAPE = new LayerNormalization(3, 4, 0);

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private static double[] output(Device device, Layer layer, Problem problem) {
    try (Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.forwardOnly(device)) {
      Variable x = Variable.constant("x", problem.inputs());
      return layer.forward(tape, x, conditioning).value().toDoubles();
    }
  }

  /** All-ones gains would turn an ellipse's sign over. */
  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "ellipse", "fourier:3", "spline:6", "torus", "sphere:2"})
  void atFirstItStandardisesAtEveryS(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    int batch = 16;
    try (Layer layer =
            ManifoldLayerNorm.initialized(device, "norm", manifold, SHAPE, new Initialization(1));
        Problem problem = new Problem(device, batch, Shape.of(3, 2, 2), manifold.dimensions(), 2)) {
      double[] x = problem.inputs().toDoubles();
      double[] y = output(device, layer, problem);
      for (int i = 0; i < batch; i++) {
        double mean = 0;
        double square = 0;
        double along = 0;
        for (int e = 12 * i; e < 12 * (i + 1); e++) {
          mean += y[e] / 12;
          square += y[e] * y[e] / 12;
          along += y[e] * x[e];
        }
        assertThat(mean).isCloseTo(0, within(1e-9));
        assertThat(square).isCloseTo(1, within(1e-9));
        assertThat(along).isPositive();
      }
    }
  }

  @Test
  void itsParametersAreGainAndShift() {
    WeightManifold ellipse = WeightManifold.parse("ellipse");
    try (Layer layer =
        ManifoldLayerNorm.initialized(device, "norm", ellipse, SHAPE, new Initialization(1))) {
      assertThat(layer.parameters())
          .extracting(parameter -> parameter.name() + " " + parameter.basis().shape())
          .containsExactly("norm.gain 3x3", "norm.shift 3x3");
      assertThat(layer.parameters().get(0).basis().toDoubles())
          .containsExactly(1, 1, 1, 0, 0, 0, 0, 0, 0);
      assertThat(layer.parameters().get(1).basis().toDoubles()).containsOnly(0);
    }
  }

  @Test
  void gainAndShiftAreMixedAtS() {
    WeightManifold line = WeightManifold.parse("line");
    LayerNormalization shape = new LayerNormalization(1, 2, 0);
    try (Layer layer =
            ManifoldLayerNorm.initialized(device, "norm", line, shape, new Initialization(1));
        Tensor s = device.allocate(Shape.of(1, 1)).write(new double[] {0.25});
        Tensor x = device.allocate(Shape.of(1, 1, 2)).write(new double[] {3, 7});
        Conditioning conditioning = new Conditioning(device, s);
        Tape tape = Tape.forwardOnly(device)) {
      layer.parameters().get(0).basis().write(new double[] {4, 8});
      layer.parameters().get(1).basis().write(new double[] {100, 200});
      Variable y = layer.forward(tape, Variable.constant("x", x), conditioning);
      assertThat(y.value().toDoubles()).containsExactly(125 - 5, 125 + 5);
      assertThat(y.origin()).isEqualTo("norm");
    }
  }

  @Test
  void parametersThatDoNotFitAreRefused() {
    WeightManifold line = WeightManifold.parse("line");
    try (Parameter gains = new Parameter("gain", line, device.zeros(Shape.of(2, 3)));
        Parameter shifts = new Parameter("shift", line, device.zeros(Shape.of(2, 4)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ManifoldLayerNorm("norm", SHAPE, gains, shifts))
          .withMessageContaining("shift has shape 2x4, expected 2x3");
    }
  }
}
