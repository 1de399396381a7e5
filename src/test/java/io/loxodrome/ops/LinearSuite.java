package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds every device to the definition of linear layers. */
abstract class LinearSuite extends FamilySuite {
  private static final List<Integer> SIZES = List.of(1, 10, 17, 128);

  LinearSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @EnumSource
  void everySizeAgrees(Coefficients kind) {
    int index = 0;
    for (int inputs : SIZES) {
      for (int outputs : SIZES) {
        for (Activation activation : Activation.values()) {
          Linear layer = new Linear(inputs, outputs, activation);
          requireAgreement(layer, kind, cycle(BATCHES, index), cycle(List.of(1, 2, 3, 5), index));
          index++;
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBatchAndBasisSizeAgrees(Coefficients kind) {
    for (int batch : BATCHES) {
      for (int n : BASIS_SIZES) {
        requireAgreement(new Linear(17, 10, Activation.RELU), kind, batch, n);
      }
    }
  }

  @Test
  void wideLayersAgree() {
    requireAgreement(new Linear(512, 10, Activation.NONE), Coefficients.DENSE, 33, 3);
    requireAgreement(new Linear(10, 512, Activation.RELU), Coefficients.DENSE, 33, 3);
    requireAgreement(new Linear(512, 512, Activation.RELU), Coefficients.DENSE, 2, 3);
  }

  private void requireAgreement(Linear layer, Coefficients kind, int batch, int n) {
    requireAgreement(layer, kind.toString(), kind.draw(draw, batch, n), batch, n);
  }

  /**
   * Holds the device to the reference, forward and backward.
   *
   * @param kind what coefficients these are
   * @param a B x n
   */
  final void requireAgreement(Linear layer, String kind, double[] a, int batch, int n) {
    Inputs inputs = new Inputs(layer, a, batch, n);
    String what = layer + " " + kind + " B " + batch + " n " + n;
    requireAgreement(what, inputs::forwardAndBackward);
    requireAgreement(what + " without dL/dx", inputs::backwardToParameters);
    requireAgreement(what + " without dL/dP", inputs::backwardToInput);
  }

  /** Random numbers for one layer; dL/dy is 0 where the ReLU hangs on a rounding error. */
  final class Inputs {
    private final Linear layer;
    private final int batch;
    private final int n;
    private final double[] a;
    final double[] p;
    final double[] b;
    final double[] x;
    final double[] dy;

    Inputs(Linear layer, double[] a, int batch, int n) {
      this.layer = layer;
      this.batch = batch;
      this.n = n;
      this.a = a;
      p = draw.normals(layer.weightShape().under(n).size());
      b = draw.normals(layer.biasShape().under(n).size());
      x = draw.normals(layer.inputShape(batch).size());
      dy = draw.normals(layer.outputShape(batch).size());
      try (Bench bench = exactBench()) {
        Linear plain = new Linear(layer.inputs(), layer.outputs(), Activation.NONE);
        double[] z = forward(bench, plain, mixture(bench), input(bench)).toDoubles();
        Kinks.silence(dy, layer.activation(), z);
      }
    }

    private Mixture mixture(Bench bench) {
      return new Mixture(
          bench.input(Shape.of(batch, n), a),
          bench.input(layer.weightShape().under(n), p),
          bench.input(layer.biasShape().under(n), b));
    }

    private Tensor input(Bench bench) {
      return bench.input(layer.inputShape(batch), x);
    }

    private Tensor forward(Bench bench, Linear variant, Mixture parameters, Tensor input) {
      Tensor output = bench.output(layer.outputShape(batch));
      bench.operators().linear().forward(variant, parameters, input, output);
      return output;
    }

    List<Tensor> forwardAndBackward(Bench bench) {
      Mixture parameters = mixture(bench);
      Tensor input = input(bench);
      Tensor output = forward(bench, layer, parameters, input);
      Tensor dx = bench.output(layer.inputShape(batch));
      MixtureGradients gradients = gradients(bench);
      Tensor outputGradient = bench.input(layer.outputShape(batch), dy);
      bench
          .operators()
          .linear()
          .backward(layer, parameters, input, output, outputGradient, dx, gradients);
      return List.of(output, dx, gradients.weights(), gradients.bias());
    }

    private List<Tensor> backwardToParameters(Bench bench) {
      Mixture parameters = mixture(bench);
      Tensor input = input(bench);
      Tensor output = forward(bench, layer, parameters, input);
      MixtureGradients gradients = gradients(bench);
      Tensor outputGradient = bench.input(layer.outputShape(batch), dy);
      bench
          .operators()
          .linear()
          .backward(layer, parameters, input, output, outputGradient, null, gradients);
      return List.of(gradients.weights(), gradients.bias());
    }

    private List<Tensor> backwardToInput(Bench bench) {
      Mixture parameters = mixture(bench);
      Tensor input = input(bench);
      Tensor output = forward(bench, layer, parameters, input);
      Tensor dx = bench.output(layer.inputShape(batch));
      Tensor outputGradient = bench.input(layer.outputShape(batch), dy);
      bench
          .operators()
          .linear()
          .backward(layer, parameters, input, output, outputGradient, dx, null);
      return List.of(dx);
    }

    private MixtureGradients gradients(Bench bench) {
      return new MixtureGradients(
          bench.output(layer.weightShape().under(n)), bench.output(layer.biasShape().under(n)));
    }
  }

  @Test
  void forwardByHand() {
    try (Bench bench = bench()) {
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 2), new double[] {1, 2}),
              bench.input(Shape.of(2, 2, 2), new double[] {1, 2, 3, 4, 0, 1, -5, 0}),
              bench.input(Shape.of(2, 2), new double[] {0.5, 1, 1, 0}));
      Tensor x = bench.input(Shape.of(1, 2), new double[] {1, 10});
      Tensor y = bench.output(Shape.of(1, 2));
      bench.operators().linear().forward(new Linear(2, 2, Activation.NONE), parameters, x, y);
      assertThat(y.toDoubles()).containsExactly(43.5, 34);
    }
  }

  @Test
  void reluPassesNothingAtZero() {
    try (Bench bench = bench()) {
      Linear layer = new Linear(1, 3, Activation.RELU);
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(Shape.of(1, 3, 1), new double[] {1, 0, -1}),
              bench.input(Shape.of(1, 3), new double[] {0, 0, 0}));
      Tensor x = bench.input(Shape.of(1, 1), new double[] {2});
      Tensor y = bench.output(Shape.of(1, 3));
      Tensor dx = bench.output(Shape.of(1, 1));
      MixtureGradients gradients =
          new MixtureGradients(bench.output(Shape.of(1, 3, 1)), bench.output(Shape.of(1, 3)));
      bench.operators().linear().forward(layer, parameters, x, y);
      Tensor dy = bench.input(Shape.of(1, 3), new double[] {5, 7, 11});
      bench.operators().linear().backward(layer, parameters, x, y, dy, dx, gradients);
      assertThat(y.toDoubles()).containsExactly(2, 0, 0);
      assertThat(gradients.bias().toDoubles()).containsExactly(5, 0, 0);
      assertThat(gradients.weights().toDoubles()).containsExactly(10, 0, 0);
      assertThat(dx.toDoubles()).containsExactly(5);
    }
  }

  /** A network whose numbers go bad must be seen to: the ReLU does not hide them. */
  @Test
  void nanInTheWeightsReachesTheOutput() {
    try (Bench bench = bench()) {
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(Shape.of(1, 2, 2), new double[] {Double.NaN, 1, 1, 1}),
              bench.input(Shape.of(1, 2), new double[] {0, 0}));
      Tensor x = bench.input(Shape.of(1, 2), new double[] {2, 3});
      Tensor y = bench.output(Shape.of(1, 2));
      bench.operators().linear().forward(new Linear(2, 2, Activation.RELU), parameters, x, y);
      assertThat(y.toDoubles()[0]).isNaN();
      assertThat(y.toDoubles()[1]).isEqualTo(5);
    }
  }
}
