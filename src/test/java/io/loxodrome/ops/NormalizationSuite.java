package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every device to the definition of normalisation layers. */
abstract class NormalizationSuite extends FamilySuite {
  private static final double EPSILON = 1e-5;

  NormalizationSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  private static LayerNormalization layer(int channels, int positions) {
    return new LayerNormalization(channels, positions, EPSILON);
  }

  @ParameterizedTest
  @EnumSource
  void everyBatchAndBasisSizeAgrees(Coefficients kind) {
    for (int batch : BATCHES) {
      for (int n : BASIS_SIZES) {
        requireAgreement(layer(5, 6), kind, batch, n, 1);
      }
    }
  }

  @Test
  void everySizeAgrees() {
    int index = 0;
    for (int channels : List.of(1, 3, 16, 17, 64)) {
      for (int positions : List.of(1, 4, 9, 49)) {
        if (channels * positions >= 8) {
          int n = cycle(List.of(1, 2, 3, 5), index);
          requireAgreement(
              layer(channels, positions), Coefficients.DENSE, cycle(BATCHES, index), n, 1);
          index++;
        }
      }
    }
  }

  @Test
  void longExamplesAgree() {
    requireAgreement(layer(3, 4099), Coefficients.DENSE, 2, 3, 1);
    requireAgreement(layer(1, 8200), Coefficients.DENSE, 2, 2, 1);
    requireAgreement(layer(5200, 2), Coefficients.DENSE, 2, 2, 1);
  }

  /** With a mean this far off, a difference from a rounded mean has lost three digits. */
  @Test
  void aLargeMeanAgrees() {
    requireAgreement(layer(8, 16), Coefficients.DENSE, 7, 3, 3000);
    requireAgreement(layer(40, 128), Coefficients.DENSE, 2, 3, 3000);
  }

  /** Inputs are normal numbers about {@code mean}. */
  private void requireAgreement(
      LayerNormalization layer, Coefficients kind, int batch, int n, double mean) {
    Inputs inputs = new Inputs(layer, kind.draw(draw, batch, n), batch, n, mean);
    String what = layer + " " + kind + " B " + batch + " n " + n;
    requireAgreement(what, inputs::forwardAndBackward);
    requireAgreement(what + " without dL/dx", inputs::backwardToParameters);
    requireAgreement(what + " without dL/dP", inputs::backwardToInput);
  }

  /** Random numbers for one layer. */
  private final class Inputs {
    private final LayerNormalization layer;
    private final int batch;
    private final int n;
    private final Shape in;
    private final double[] a;
    private final double[] gains;
    private final double[] shifts;
    private final double[] x;
    private final double[] dy;

    Inputs(LayerNormalization layer, double[] a, int batch, int n, double mean) {
      this.layer = layer;
      this.batch = batch;
      this.n = n;
      this.a = a;
      in = Shape.of(batch, layer.channels(), 1, layer.positions());
      gains = draw.normals((long) n * layer.channels());
      shifts = draw.normals((long) n * layer.channels());
      x = Arrays.stream(draw.normals(in.size())).map(value -> (float) (value + mean)).toArray();
      dy = draw.normals(in.size());
    }

    private Mixture mixture(Bench bench) {
      Shape basis = layer.channelShape().under(n);
      return new Mixture(
          bench.input(Shape.of(batch, n), a),
          bench.input(basis, gains),
          bench.input(basis, shifts));
    }

    List<Tensor> forwardAndBackward(Bench bench) {
      return run(bench, bench.output(in));
    }

    List<Tensor> backwardToParameters(Bench bench) {
      return run(bench, null);
    }

    List<Tensor> backwardToInput(Bench bench) {
      NormalizationOperators operators = bench.operators().normalization();
      Mixture parameters = mixture(bench);
      Tensor input = bench.input(in, x);
      Moments moments = moments(bench, layer, batch);
      operators.forward(layer, parameters, input, bench.output(in), moments);
      Tensor dx = bench.output(in);
      operators.backward(layer, parameters, input, moments, bench.input(in, dy), dx, null);
      return List.of(dx);
    }

    private List<Tensor> run(Bench bench, @Nullable Tensor dx) {
      NormalizationOperators operators = bench.operators().normalization();
      Mixture parameters = mixture(bench);
      Tensor input = bench.input(in, x);
      Tensor output = bench.output(in);
      Moments moments = moments(bench, layer, batch);
      operators.forward(layer, parameters, input, output, moments);
      MixtureGradients gradients = gradients(bench, layer, n);
      operators.backward(layer, parameters, input, moments, bench.input(in, dy), dx, gradients);
      return dx == null
          ? List.of(gradients.weights(), gradients.bias())
          : List.of(
              output,
              moments.means(),
              moments.inverseDeviations(),
              dx,
              gradients.weights(),
              gradients.bias());
    }
  }

  private static Moments moments(Bench bench, LayerNormalization layer, int batch) {
    Shape shape = layer.momentShape(batch);
    return new Moments(bench.output(shape), bench.output(shape));
  }

  private static MixtureGradients gradients(Bench bench, LayerNormalization layer, int n) {
    Shape shape = layer.channelShape().under(n);
    return new MixtureGradients(bench.output(shape), bench.output(shape));
  }

  /** x = 1, 3 | 5, 7 has mean 4 and variance 5; gains 1 + 2 and 2 + 4, shifts 10 and 20. */
  @Test
  void forwardByHand() {
    LayerNormalization layer = new LayerNormalization(2, 2, 0);
    try (Bench bench = bench()) {
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 2), new double[] {1, 2}),
              bench.input(Shape.of(2, 2), new double[] {1, 2, 1, 2}),
              bench.input(Shape.of(2, 2), new double[] {0, 0, 5, 10}));
      Tensor x = bench.input(Shape.of(1, 2, 2), new double[] {1, 3, 5, 7});
      Tensor y = bench.output(x.shape());
      Moments moments = moments(bench, layer, 1);
      bench.operators().normalization().forward(layer, parameters, x, y, moments);
      double unit = 1 / Math.sqrt(5);
      double[] expected = {10 - 9 * unit, 10 - 3 * unit, 20 + 6 * unit, 20 + 18 * unit};
      assertThat(y.toDoubles()).containsExactly(expected, within(1e-4));
      assertThat(moments.means().toDoubles()).containsExactly(4);
      assertThat(moments.inverseDeviations().toDoubles()[0]).isCloseTo(unit, within(1e-6));
    }
  }

  /** Of equal elements nothing is left but the shift. */
  @Test
  void equalElementsBecomeTheShift() {
    LayerNormalization layer = layer(2, 3);
    try (Bench bench = bench()) {
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(Shape.of(1, 2), new double[] {3, 4}),
              bench.input(Shape.of(1, 2), new double[] {-1, 2}));
      Tensor x = bench.input(Shape.of(1, 2, 3), new double[] {7, 7, 7, 7, 7, 7});
      Tensor y = bench.output(x.shape());
      bench.operators().normalization().forward(layer, parameters, x, y, moments(bench, layer, 1));
      assertThat(y.toDoubles()).containsExactly(-1, -1, -1, 2, 2, 2);
    }
  }

  /** A network whose numbers go bad must be seen to; other examples are none the worse. */
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void whatIsNotFiniteReachesTheWholeExampleAndNoOther(double bad) {
    LayerNormalization layer = layer(4, 8);
    try (Bench bench = bench()) {
      double[] values = draw.normals(3 * 32);
      values[32 + 5] = bad;
      Shape in = Shape.of(3, 4, 8);
      Tensor x = bench.input(in, values);
      Tensor y = bench.output(in);
      Tensor dx = bench.output(in);
      Shape channels = Shape.of(1, 4);
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(3, 1), new double[] {1, 1, 1}),
              bench.input(channels, new double[] {1, 2, 3, 4}),
              bench.input(channels, new double[] {1, 2, 3, 4}));
      Moments moments = moments(bench, layer, 3);
      MixtureGradients gradients = gradients(bench, layer, 1);
      NormalizationOperators operators = bench.operators().normalization();
      operators.forward(layer, parameters, x, y, moments);
      Tensor dy = bench.input(in, draw.normals(3 * 32));
      operators.backward(layer, parameters, x, moments, dy, dx, gradients);
      for (Tensor result : List.of(y, dx)) {
        double[] found = result.toDoubles();
        for (int e = 0; e < found.length; e++) {
          assertThat(Double.isNaN(found[e])).as("element %d", e).isEqualTo(e / 32 == 1);
        }
      }
      assertThat(gradients.weights().toDoubles()).containsOnly(Double.NaN);
    }
  }

  @Test
  void nanInAGainReachesItsChannel() {
    LayerNormalization layer = layer(2, 4);
    try (Bench bench = bench()) {
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(Shape.of(1, 2), new double[] {1, Double.NaN}),
              bench.input(Shape.of(1, 2), new double[] {0, 0}));
      Tensor x = bench.input(Shape.of(1, 2, 4), draw.normals(8));
      Tensor y = bench.output(x.shape());
      bench.operators().normalization().forward(layer, parameters, x, y, moments(bench, layer, 1));
      for (int e = 0; e < 8; e++) {
        assertThat(Double.isNaN(y.toDoubles()[e])).as("element %d", e).isEqualTo(e >= 4);
      }
    }
  }

  @Test
  void anEmptyBatchHasNoGradient() {
    LayerNormalization layer = layer(2, 4);
    try (Bench bench = bench()) {
      Shape basis = layer.channelShape().under(3);
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(0, 3), new double[0]),
              bench.input(basis, draw.normals(6)),
              bench.input(basis, draw.normals(6)));
      Tensor x = bench.input(Shape.of(0, 2, 4), new double[0]);
      Moments moments = moments(bench, layer, 0);
      MixtureGradients gradients = gradients(bench, layer, 3);
      NormalizationOperators operators = bench.operators().normalization();
      operators.forward(layer, parameters, x, bench.output(x.shape()), moments);
      Tensor dy = bench.input(x.shape(), new double[0]);
      operators.backward(layer, parameters, x, moments, dy, bench.output(x.shape()), gradients);
      assertThat(gradients.weights().toDoubles()).containsOnly(0);
      assertThat(gradients.bias().toDoubles()).containsOnly(0);
    }
  }

  @Test
  void everySizeOfModulationAgrees() {
    int index = 0;
    for (int channels : List.of(1, 3, 16, 17, 64)) {
      for (int positions : List.of(1, 4, 9, 49)) {
        requireModulationAgrees(cycle(BATCHES, index), channels, positions);
        index++;
      }
    }
    requireModulationAgrees(2, 3, 4099);
    requireModulationAgrees(2, 5000, 1);
    requireModulationAgrees(0, 3, 4);
  }

  private void requireModulationAgrees(int batch, int channels, int positions) {
    Shape in = Shape.of(batch, channels, positions);
    Shape perChannel = Shape.of(batch, channels);
    double[] x = draw.normals(in.size());
    double[] g = draw.normals(perChannel.size());
    double[] b = draw.normals(perChannel.size());
    double[] dy = draw.normals(in.size());
    requireAgreement(
        "modulation of " + in,
        bench -> {
          NormalizationOperators operators = bench.operators().normalization();
          Tensor input = bench.input(in, x);
          Tensor gains = bench.input(perChannel, g);
          Tensor y = bench.output(in);
          operators.modulate(input, gains, bench.input(perChannel, b), y);
          Tensor dx = bench.output(in);
          Tensor dg = bench.output(perChannel);
          Tensor db = bench.output(perChannel);
          Tensor gradient = bench.input(in, dy);
          operators.modulateBackward(input, gains, gradient, dx, dg, db);
          Tensor alone = bench.output(perChannel);
          operators.modulateBackward(input, gains, gradient, null, alone, bench.output(perChannel));
          return List.of(y, dx, dg, db, alone);
        });
  }

  @Test
  void modulationByHand() {
    try (Bench bench = bench()) {
      Shape in = Shape.of(2, 1, 2);
      Shape perChannel = Shape.of(2, 1);
      Tensor x = bench.input(in, new double[] {1, 2, 3, Double.NaN});
      Tensor g = bench.input(perChannel, new double[] {1, -1});
      Tensor b = bench.input(perChannel, new double[] {10, 20});
      Tensor y = bench.output(in);
      bench.operators().normalization().modulate(x, g, b, y);
      assertThat(y.toDoubles()).containsExactly(12, 14, 20, Double.NaN);
    }
  }
}
