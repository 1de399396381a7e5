package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds every device to the definition of convolution layers. */
abstract class ConvolutionSuite extends FamilySuite {
  /** Channels, sizes, kernels, strides, paddings and pools, each with each other's odd cases. */
  private static final List<Convolution> LAYERS =
      List.of(
          Convolution.same(1, 5, 28, 28, 3).activated(Activation.RELU).pooled(2),
          Convolution.same(5, 16, 14, 14, 3).activated(Activation.RELU).pooled(2),
          Convolution.same(16, 17, 7, 7, 3).activated(Activation.RELU).pooled(2),
          Convolution.same(17, 3, 3, 3, 3).activated(Activation.RELU).pooled(3),
          Convolution.same(3, 32, 9, 7, 5).pooled(2),
          Convolution.same(32, 1, 5, 5, 1).activated(Activation.RELU),
          new Convolution(3, 5, 9, 7, 3, 2, 1, Activation.NONE, 1),
          new Convolution(5, 3, 9, 7, 5, 2, 2, Activation.RELU, 2),
          new Convolution(1, 1, 5, 5, 5, 1, 0, Activation.NONE, 1),
          new Convolution(16, 5, 5, 5, 3, 1, 0, Activation.RELU, 3),
          new Convolution(1, 16, 28, 28, 3, 2, 0, Activation.RELU, 3),
          new Convolution(3, 17, 5, 9, 1, 2, 0, Activation.RELU, 1),
          new Convolution(2, 3, 6, 5, 4, 1, 2, Activation.NONE, 2));

  ConvolutionSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @EnumSource
  void everyLayerAgrees(Coefficients kind) {
    int index = 0;
    for (Convolution layer : LAYERS) {
      int batch = cycle(List.of(2, 7, 1), index);
      requireAgreement(layer, kind, batch, cycle(BASIS_SIZES, index));
      index++;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBatchAndBasisSizeAgrees(Coefficients kind) {
    Convolution layer = Convolution.same(3, 5, 5, 5, 3).activated(Activation.RELU).pooled(2);
    for (int batch : BATCHES) {
      for (int n : BASIS_SIZES) {
        requireAgreement(layer, kind, batch, n);
      }
    }
  }

  @Test
  void channelsOfAWholeVectorAgree() {
    Convolution layer = Convolution.same(32, 32, 7, 7, 3).activated(Activation.RELU).pooled(2);
    requireAgreement(layer, Coefficients.DENSE, 16, 3);
  }

  @Test
  void patchesAreWhatEachPositionSees() {
    int index = 0;
    for (Convolution layer : LAYERS) {
      int batch = cycle(List.of(2, 7, 0, 1), index++);
      double[] x = draw.normals(layer.inputShape(batch).size());
      requireAgreement(
          "%d of %s".formatted(batch, layer),
          bench -> {
            Tensor patches = bench.output(Shape.of(batch, layer.positions(), layer.window()));
            Tensor input = bench.input(layer.inputShape(batch), x);
            bench.operators().convolution().unfold(layer, input, patches);
            return List.of(patches);
          });
    }
  }

  /** W_i patches^T is the convolution. */
  @Test
  void patchesTimesWeightsAreTheConvolution() {
    Convolution layer = new Convolution(3, 5, 9, 7, 3, 2, 1, Activation.NONE, 1);
    double[] x = draw.normals(layer.inputShape(1).size());
    double[] w = draw.normals(layer.weightShape().size());
    try (Bench bench = bench()) {
      Tensor input = bench.input(layer.inputShape(1), x);
      Tensor patches = bench.output(Shape.of(1, layer.positions(), layer.window()));
      bench.operators().convolution().unfold(layer, input, patches);
      Mixture mixture =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(layer.weightShape().under(1), w),
              bench.input(layer.biasShape().under(1), new double[layer.outputs()]));
      Tensor output = bench.output(layer.outputShape(1));
      bench.operators().convolution().forward(layer, mixture, input, output, null);
      double[] seen = patches.toDoubles();
      double[] expected = new double[layer.outputs() * layer.positions()];
      for (int at = 0; at < expected.length; at++) {
        for (int c = 0; c < layer.window(); c++) {
          int weight = at / layer.positions() * layer.window() + c;
          expected[at] += w[weight] * seen[at % layer.positions() * layer.window() + c];
        }
      }
      requireClose("W patches^T", output.toDoubles(), expected);
    }
  }

  @Test
  void whatPoolsNothingKeepsNoTrace() {
    for (Convolution layer : LAYERS) {
      try (Tensor trace = device().operators().convolution().allocateTrace(layer.pooled(1), 3)) {
        assertThat(trace.size()).isZero();
      }
    }
  }

  /** With small integers every sum is exact, so ties and zeros are the same on all devices. */
  @Test
  void tiesAndZerosGoTheDocumentedWay() {
    int index = 0;
    for (Convolution layer : LAYERS) {
      int batch = cycle(List.of(2, 7, 1), index);
      int n = cycle(List.of(1, 2, 3), index);
      Inputs inputs = new Inputs(layer, batch, n);
      inputs.a = draw.smallIntegers((long) batch * n);
      inputs.p = draw.smallIntegers(layer.weightShape().under(n).size());
      inputs.b = draw.smallIntegers(layer.biasShape().under(n).size());
      inputs.x = draw.smallIntegers(layer.inputShape(batch).size());
      inputs.dy = draw.smallIntegers(layer.outputShape(batch).size());
      requireAgreement("ties, " + layer, inputs::forwardAndBackward);
      index++;
    }
  }

  private void requireAgreement(Convolution layer, Coefficients kind, int batch, int n) {
    requireAgreement(layer, kind.toString(), kind.draw(draw, batch, n), batch, n);
  }

  /**
   * Holds the device to the reference, forward and backward.
   *
   * @param kind what coefficients these are
   * @param a B x n
   */
  final void requireAgreement(Convolution layer, String kind, double[] a, int batch, int n) {
    Inputs inputs = new Inputs(layer, batch, n);
    inputs.a = a;
    inputs.silenceKinks();
    String what = layer + " " + kind + " B " + batch + " n " + n;
    requireAgreement(what, inputs::forwardAndBackward);
    requireAgreement(what + " for inference", inputs::inference);
    requireAgreement(what + " without dL/dx", inputs::backwardToParameters);
    requireAgreement(what + " without dL/dP", inputs::backwardToInput);
    requireAgreement(what + " by example", inputs::exampleGradients);
  }

  /** Random numbers for one layer. */
  final class Inputs {
    private final Convolution layer;
    private final int batch;
    private final int n;
    double[] a;
    double[] p;
    double[] b;
    double[] x;
    double[] dy;

    Inputs(Convolution layer, int batch, int n) {
      this.layer = layer;
      this.batch = batch;
      this.n = n;
      a = draw.normals((long) batch * n);
      p = draw.normals(layer.weightShape().under(n).size());
      b = draw.normals(layer.biasShape().under(n).size());
      x = draw.normals(layer.inputShape(batch).size());
      dy = draw.normals(layer.outputShape(batch).size());
    }

    private void silenceKinks() {
      Convolution plain = layer.activated(Activation.NONE).pooled(1);
      try (Bench bench = exactBench()) {
        Tensor z = bench.output(plain.outputShape(batch));
        bench.operators().convolution().forward(plain, mixture(bench), input(bench), z, null);
        Kinks.silence(
            dy,
            layer.activation(),
            z.toDoubles(),
            plain.outputHeight(),
            plain.outputWidth(),
            layer.pool());
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

    private List<Tensor> inference(Bench bench) {
      Tensor output = bench.output(layer.outputShape(batch));
      bench.operators().convolution().forward(layer, mixture(bench), input(bench), output, null);
      return List.of(output);
    }

    List<Tensor> forwardAndBackward(Bench bench) {
      Tensor dx = bench.output(layer.inputShape(batch));
      MixtureGradients gradients = gradients(bench, n);
      Results results = new Results(bench, gradients);
      results.run(dx);
      return List.of(results.output, dx, gradients.weights(), gradients.bias());
    }

    private List<Tensor> backwardToParameters(Bench bench) {
      MixtureGradients gradients = gradients(bench, n);
      new Results(bench, gradients).run(null);
      return List.of(gradients.weights(), gradients.bias());
    }

    private List<Tensor> backwardToInput(Bench bench) {
      Tensor dx = bench.output(layer.inputShape(batch));
      new Results(bench, null).run(dx);
      return List.of(dx);
    }

    private List<Tensor> exampleGradients(Bench bench) {
      MixtureGradients rows = gradients(bench, batch);
      ConvolutionOperators operators = bench.operators().convolution();
      Mixture parameters = mixture(bench);
      Tensor input = input(bench);
      Tensor output = bench.output(layer.outputShape(batch));
      Tensor trace = bench.keep(operators.allocateTrace(layer, batch));
      operators.forward(layer, parameters, input, output, trace);
      Tensor outputGradient = bench.input(layer.outputShape(batch), dy);
      operators.exampleGradients(layer, parameters, input, output, trace, outputGradient, rows);
      return List.of(rows.weights(), rows.bias());
    }

    private MixtureGradients gradients(Bench bench, int points) {
      return new MixtureGradients(
          bench.output(layer.weightShape().under(points)),
          bench.output(layer.biasShape().under(points)));
    }

    private final class Results {
      private final Bench bench;
      private final Tensor output;
      private final @Nullable MixtureGradients gradients;

      private Results(Bench bench, @Nullable MixtureGradients gradients) {
        this.bench = bench;
        this.output = bench.output(layer.outputShape(batch));
        this.gradients = gradients;
      }

      private void run(@Nullable Tensor dx) {
        ConvolutionOperators operators = bench.operators().convolution();
        Mixture parameters = mixture(bench);
        Tensor input = input(bench);
        Tensor trace = bench.keep(operators.allocateTrace(layer, batch));
        operators.forward(layer, parameters, input, output, trace);
        Tensor outputGradient = bench.input(layer.outputShape(batch), dy);
        operators.backward(layer, parameters, input, output, trace, outputGradient, dx, gradients);
      }
    }
  }

  @Test
  void forwardByHand() {
    try (Bench bench = bench()) {
      Convolution layer = new Convolution(1, 1, 2, 3, 2, 1, 0, Activation.NONE, 1);
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 2), new double[] {1, 10}),
              bench.input(Shape.of(2, 1, 1, 2, 2), new double[] {1, 0, 0, 1, 0, 1, 0, 0}),
              bench.input(Shape.of(2, 1), new double[] {0.5, 1}));
      Tensor x = bench.input(Shape.of(1, 1, 2, 3), new double[] {1, 2, 3, 4, 5, 6});
      Tensor y = bench.output(Shape.of(1, 1, 1, 2));
      bench.operators().convolution().forward(layer, parameters, x, y, null);
      assertThat(y.toDoubles()).containsExactly(36.5, 48.5);
    }
  }

  @Test
  void aTiedMaximumGivesToTheFirstInRowOrder() {
    try (Bench bench = bench()) {
      Convolution layer = new Convolution(1, 1, 2, 2, 1, 1, 0, Activation.NONE, 2);
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(Shape.of(1, 1, 1, 1, 1), new double[] {2}),
              bench.input(Shape.of(1, 1), new double[] {0}));
      Tensor x = bench.input(Shape.of(1, 1, 2, 2), new double[] {1, 3, 3, 3});
      Tensor y = bench.output(Shape.of(1, 1, 1, 1));
      ConvolutionOperators operators = bench.operators().convolution();
      Tensor trace = bench.keep(operators.allocateTrace(layer, 1));
      operators.forward(layer, parameters, x, y, trace);
      Tensor dy = bench.input(Shape.of(1, 1, 1, 1), new double[] {5});
      Tensor dx = bench.output(Shape.of(1, 1, 2, 2));
      MixtureGradients gradients =
          new MixtureGradients(bench.output(Shape.of(1, 1, 1, 1, 1)), bench.output(Shape.of(1, 1)));
      operators.backward(layer, parameters, x, y, trace, dy, dx, gradients);
      assertThat(dx.toDoubles()).containsExactly(0, 10, 0, 0);
      assertThat(gradients.weights().toDoubles()).containsExactly(15);
    }
  }

  /** A network whose numbers go bad must be seen to: neither ReLU nor pooling hides them. */
  @Test
  void nanInTheWeightsReachesTheOutput() {
    Convolution layer = Convolution.same(2, 2, 4, 4, 3).activated(Activation.RELU).pooled(2);
    double[] weights = draw.normals(36);
    weights[4] = Double.NaN;
    try (Bench bench = bench()) {
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[] {1}),
              bench.input(Shape.of(1, 2, 2, 3, 3), weights),
              bench.input(Shape.of(1, 2), new double[] {0, 0}));
      Tensor x = bench.input(layer.inputShape(1), draw.normals(32));
      Tensor y = bench.output(layer.outputShape(1));
      bench.operators().convolution().forward(layer, parameters, x, y, null);
      assertThat(Arrays.stream(y.toDoubles()).limit(4)).noneMatch(Double::isFinite);
      assertThat(Arrays.stream(y.toDoubles()).skip(4)).allMatch(Double::isFinite);
    }
  }
}
