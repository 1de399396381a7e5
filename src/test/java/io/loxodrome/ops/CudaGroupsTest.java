package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of examples that stand anywhere in a batch, as the CUDA device's SPANS and SHARED. */
@Tag("ptx")
class CudaGroupsTest {
  private static final int BATCH = 7;
  private static final int BASIS_SIZE = 5;

  /** Three rows, one of them all 0, scattered; and two spans, one with a gap in its points. */
  private static final double[][] ROWS = {
    {1, 0, 0.5, 0, -2}, {0, 0, 0, 0, 0}, {0, 3, 1, 0, 0}, {0, 2, -1, 0, 0}
  };

  private static final int[] ORDER = {0, 2, 1, 0, 0, 3, 2};

  private final Draw draw = new Draw();

  private final double[] x = draw.normals(4L * 6 * 6 * BATCH);
  private final double[] p = draw.normals(3L * 4 * 9 * BASIS_SIZE);
  private final double[] b = draw.normals(3L * BASIS_SIZE);
  private final double[] dy = draw.normals(3L * 6 * 6 * BATCH);

  private static double[] coefficients() {
    double[] a = new double[BATCH * BASIS_SIZE];
    for (int i = 0; i < BATCH; i++) {
      System.arraycopy(ROWS[ORDER[i]], 0, a, i * BASIS_SIZE, BASIS_SIZE);
    }
    return a;
  }

  private static double[] first(double[] values, Shape shape) {
    return Arrays.copyOf(values, Math.toIntExact(shape.size()));
  }

  private List<double[]> convolution(String name, int pool) {
    Convolution layer = Convolution.same(4, 3, 6, 6, 3).activated(Activation.RELU).pooled(pool);
    try (Device device = Device.open(name);
        Bench bench = new Bench(device)) {
      Mixture parameters = mixture(bench, layer.weightShape(), layer.biasShape());
      Tensor input = bench.input(layer.inputShape(BATCH), x);
      Tensor output = bench.output(layer.outputShape(BATCH));
      Tensor dx = bench.output(layer.inputShape(BATCH));
      MixtureGradients gradients = gradients(bench, parameters);
      ConvolutionOperators operators = device.operators().convolution();
      Tensor trace = bench.keep(operators.allocateTrace(layer, BATCH));
      operators.forward(layer, parameters, input, output, trace);
      Tensor gradient = bench.input(output.shape(), first(dy, output.shape()));
      operators.backward(layer, parameters, input, output, trace, gradient, dx, gradients);
      bench.requireInputsUntouched();
      return results(output, dx, gradients);
    }
  }

  private List<double[]> linear(String name) {
    Linear layer = new Linear(4 * 9, 3, Activation.RELU);
    try (Device device = Device.open(name);
        Bench bench = new Bench(device)) {
      Mixture parameters = mixture(bench, layer.weightShape(), layer.biasShape());
      Tensor input = bench.input(layer.inputShape(BATCH), first(x, layer.inputShape(BATCH)));
      Tensor output = bench.output(layer.outputShape(BATCH));
      Tensor dx = bench.output(layer.inputShape(BATCH));
      MixtureGradients gradients = gradients(bench, parameters);
      LinearOperators operators = device.operators().linear();
      operators.forward(layer, parameters, input, output);
      Tensor gradient = bench.input(output.shape(), first(dy, output.shape()));
      operators.backward(layer, parameters, input, output, gradient, dx, gradients);
      bench.requireInputsUntouched();
      return results(output, dx, gradients);
    }
  }

  private Mixture mixture(Bench bench, Shape weights, Shape bias) {
    return new Mixture(
        bench.input(Shape.of(BATCH, BASIS_SIZE), coefficients()),
        bench.input(weights.under(BASIS_SIZE), p),
        bench.input(bias.under(BASIS_SIZE), b));
  }

  private static MixtureGradients gradients(Bench bench, Mixture parameters) {
    return new MixtureGradients(
        bench.output(parameters.weights().shape()), bench.output(parameters.bias().shape()));
  }

  private static List<double[]> results(Tensor output, Tensor dx, MixtureGradients gradients) {
    return List.of(
        output.toDoubles(),
        dx.toDoubles(),
        gradients.weights().toDoubles(),
        gradients.bias().toDoubles());
  }

  private void requireClose(List<double[]> values, List<double[]> expected) {
    for (int i = 0; i < values.size(); i++) {
      assertThat(Errors.relative(values.get(i), expected.get(i)))
          .as("result %d; %s", i, draw)
          .isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ptx:spans", "ptx:shared", "ptx:products:spans", "ptx:products:shared"})
  void examplesOfAGroupNeedNotBeNeighbours(String name) {
    requireClose(linear(name), linear("reference:float64"));
    for (int pool = 1; pool <= 3; pool++) {
      requireClose(convolution(name, pool), convolution("reference:float64", pool));
    }
  }
}
