package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every backward operator of the reference to central differences of its forward operator.
 *
 * <p>L = sum_e dy_e y_e with fixed dy, in double. All operators but softmax are linear in each
 * operand away from kinks, so the differences have no truncation error there.
 */
class GradientTest {
  private static final double STEP = 1e-4;
  private static final double BOUND = 1e-6;

  private final Draw draw = new Draw();
  private final Device device = Device.open("reference:float64");
  private final Bench bench = new Bench(device);

  @AfterEach
  void close() {
    bench.close();
    device.close();
  }

  private Tensor random(Shape shape) {
    return bench.updated(shape, draw.normals(shape.size()));
  }

  private static double inner(Tensor a, double[] b) {
    double[] values = a.toDoubles();
    double sum = 0;
    for (int e = 0; e < b.length; e++) {
      sum += values[e] * b[e];
    }
    return sum;
  }

  /** Moves each element of {@code operand} to either side and holds {@code gradient} to it. */
  private void requireGradient(
      String what, Tensor operand, Tensor gradient, ToDoubleFunction<Tensor> loss) {
    double[] values = operand.toDoubles();
    double[] differences = new double[values.length];
    for (int e = 0; e < values.length; e++) {
      double[] moved = values.clone();
      moved[e] = values[e] + STEP;
      double above = loss.applyAsDouble(operand.write(moved));
      moved[e] = values[e] - STEP;
      double below = loss.applyAsDouble(operand.write(moved));
      differences[e] = (above - below) / (2 * STEP);
    }
    operand.write(values);
    double[] analytic = gradient.toDoubles();
    assertThat(Errors.relative(analytic, differences))
        .as("%s: %s; %s", what, Errors.worst(analytic, differences), draw)
        .isLessThan(BOUND);
  }

  @Test
  void mixing() {
    Tensor a = random(Shape.of(4, 3));
    Tensor p = random(Shape.of(3, 2, 5));
    Tensor w = bench.output(Shape.of(4, 2, 5));
    double[] dw = draw.normals(40);
    Tensor dp = bench.output(p.shape());
    MixingOperators operators = bench.operators().mixing();
    operators.mixBackward(a, bench.input(w.shape(), dw), dp);
    requireGradient(
        "dP",
        p,
        dp,
        operand -> {
          operators.mix(a, operand, w);
          return inner(w, dw);
        });
  }

  @ParameterizedTest
  @EnumSource
  void linear(Activation activation) {
    Linear layer = new Linear(5, 3, activation);
    int batch = 4;
    int n = 3;
    Mixture parameters =
        new Mixture(
            random(Shape.of(batch, n)),
            random(layer.weightShape().under(n)),
            random(layer.biasShape().under(n)));
    Tensor x = random(layer.inputShape(batch));
    Tensor y = bench.output(layer.outputShape(batch));
    double[] dy = draw.normals(y.size());
    LinearOperators operators = bench.operators().linear();
    operators.forward(new Linear(5, 3, Activation.NONE), parameters, x, y);
    Kinks.silence(dy, activation, y.toDoubles());

    operators.forward(layer, parameters, x, y);
    Tensor dx = bench.output(x.shape());
    MixtureGradients gradients = gradientsOf(parameters);
    Tensor outputGradient = bench.input(y.shape(), dy);
    operators.backward(layer, parameters, x, y, outputGradient, dx, gradients);

    ToDoubleFunction<Tensor> loss =
        moved -> {
          operators.forward(layer, parameters, x, y);
          return inner(y, dy);
        };
    requireGradient("dx", x, dx, loss);
    requireGradient("dP", parameters.weights(), gradients.weights(), loss);
    requireGradient("db", parameters.bias(), gradients.bias(), loss);
  }

  private MixtureGradients gradientsOf(Mixture parameters) {
    return new MixtureGradients(
        bench.output(parameters.weights().shape()), bench.output(parameters.bias().shape()));
  }

  /** Every pair of activation and pool, over kernels, strides and paddings. */
  static Stream<Convolution> convolutions() {
    List<Convolution> layers = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (int pool : List.of(1, 2, 3)) {
        layers.add(new Convolution(2, 3, 7, 6, 3, 1, 1, activation, pool));
      }
      layers.add(new Convolution(2, 2, 7, 6, 3, 2, 0, activation, 2));
      layers.add(new Convolution(1, 2, 5, 7, 5, 2, 2, activation, 1));
      layers.add(new Convolution(3, 2, 4, 5, 1, 1, 0, activation, 2));
      layers.add(new Convolution(1, 2, 5, 4, 4, 1, 2, activation, 2));
    }
    return layers.stream();
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolution(Convolution layer) {
    int batch = 2;
    int n = 3;
    Mixture parameters =
        new Mixture(
            random(Shape.of(batch, n)),
            random(layer.weightShape().under(n)),
            random(layer.biasShape().under(n)));
    Tensor x = random(layer.inputShape(batch));
    Tensor y = bench.output(layer.outputShape(batch));
    double[] dy = draw.normals(y.size());
    ConvolutionOperators operators = bench.operators().convolution();
    silenceKinks(layer, parameters, x, dy);

    Tensor trace = bench.keep(operators.allocateTrace(layer, batch));
    operators.forward(layer, parameters, x, y, trace);
    Tensor dx = bench.output(x.shape());
    MixtureGradients gradients = gradientsOf(parameters);
    Tensor outputGradient = bench.input(y.shape(), dy);
    operators.backward(layer, parameters, x, y, trace, outputGradient, dx, gradients);

    ToDoubleFunction<Tensor> loss =
        moved -> {
          operators.forward(layer, parameters, x, y, null);
          return inner(y, dy);
        };
    requireGradient("dx", x, dx, loss);
    requireGradient("dP", parameters.weights(), gradients.weights(), loss);
    requireGradient("db", parameters.bias(), gradients.bias(), loss);
  }

  private void silenceKinks(Convolution layer, Mixture parameters, Tensor x, double[] dy) {
    Convolution plain = layer.activated(Activation.NONE).pooled(1);
    Tensor z = bench.output(plain.outputShape(parameters.batch()));
    bench.operators().convolution().forward(plain, parameters, x, z, null);
    Kinks.silence(
        dy,
        layer.activation(),
        z.toDoubles(),
        plain.outputHeight(),
        plain.outputWidth(),
        layer.pool());
  }

  @ParameterizedTest
  @EnumSource
  void pooling(Pooling.Kind kind) {
    for (int window : List.of(1, 2, 3)) {
      Pooling layer = new Pooling(kind, 3, 7, 6, window);
      Tensor x = random(layer.inputShape(2));
      Tensor y = bench.output(layer.outputShape(2));
      double[] dy = draw.normals(y.size());
      Kinks.silence(dy, Activation.NONE, x.toDoubles(), 7, 6, window);
      Tensor dx = bench.output(x.shape());
      PoolingOperators operators = bench.operators().pooling();
      operators.backward(layer, x, bench.input(y.shape(), dy), dx);
      requireGradient(
          layer.toString(),
          x,
          dx,
          operand -> {
            operators.forward(layer, operand, y);
            return inner(y, dy);
          });
    }
  }

  @Test
  void layerNormalization() {
    LayerNormalization layer = new LayerNormalization(3, 4, 0.1);
    int batch = 3;
    Shape basis = layer.channelShape().under(2);
    Mixture parameters = new Mixture(random(Shape.of(batch, 2)), random(basis), random(basis));
    Tensor x = random(Shape.of(batch, 3, 2, 2));
    Tensor y = bench.output(x.shape());
    double[] dy = draw.normals(y.size());
    Shape perExample = layer.momentShape(batch);
    Moments moments = new Moments(bench.output(perExample), bench.output(perExample));
    NormalizationOperators operators = bench.operators().normalization();
    operators.forward(layer, parameters, x, y, moments);
    Tensor dx = bench.output(x.shape());
    MixtureGradients gradients = gradientsOf(parameters);
    operators.backward(layer, parameters, x, moments, bench.input(y.shape(), dy), dx, gradients);

    ToDoubleFunction<Tensor> loss =
        moved -> {
          operators.forward(layer, parameters, x, y, moments);
          return inner(y, dy);
        };
    requireGradient("dx", x, dx, loss);
    requireGradient("dgain", parameters.weights(), gradients.weights(), loss);
    requireGradient("dshift", parameters.bias(), gradients.bias(), loss);
  }

  @Test
  void modulation() {
    Tensor x = random(Shape.of(2, 3, 4));
    Tensor g = random(Shape.of(2, 3));
    Tensor b = random(Shape.of(2, 3));
    Tensor y = bench.output(x.shape());
    double[] dy = draw.normals(y.size());
    Tensor dx = bench.output(x.shape());
    Tensor dg = bench.output(g.shape());
    Tensor db = bench.output(b.shape());
    NormalizationOperators operators = bench.operators().normalization();
    operators.modulateBackward(x, g, bench.input(y.shape(), dy), dx, dg, db);

    ToDoubleFunction<Tensor> loss =
        moved -> {
          operators.modulate(x, g, b, y);
          return inner(y, dy);
        };
    requireGradient("dx", x, dx, loss);
    requireGradient("dg", g, dg, loss);
    requireGradient("db", b, db, loss);
  }

  @Test
  void relu() {
    Shape shape = Shape.of(50);
    Tensor x = random(shape);
    Tensor y = bench.output(shape);
    double[] dy = draw.normals(50);
    Kinks.silence(dy, Activation.RELU, x.toDoubles());
    ElementwiseOperators operators = bench.operators().elementwise();
    operators.relu(x, y);
    Tensor dx = bench.output(shape);
    operators.reluBackward(y, bench.input(shape, dy), dx);
    requireGradient(
        "dx",
        x,
        dx,
        operand -> {
          operators.relu(operand, y);
          return inner(y, dy);
        });
  }

  @Test
  void softmaxCrossEntropy() {
    int batch = 5;
    Tensor z = random(Shape.of(batch, 7));
    Tensor labels = bench.indices(draw.indices(batch, 7));
    Tensor losses = bench.output(Shape.of(batch));
    Tensor correct = bench.byteOutput(Shape.of(batch));
    Tensor gradient = bench.output(z.shape());
    LossOperators operators = bench.operators().loss();
    operators.softmaxCrossEntropy(z, labels, losses, correct, gradient);
    requireGradient(
        "dz of the batch mean",
        z,
        gradient,
        operand -> {
          operators.softmaxCrossEntropy(operand, labels, losses, correct, null);
          return Arrays.stream(losses.toDoubles()).average().orElseThrow();
        });
  }
}
