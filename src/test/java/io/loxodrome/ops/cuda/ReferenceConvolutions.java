package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.Stream;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ptx.PtxDriver;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Convolutions on the executor's memory by the reference device: a mixture of one point. */
final class ReferenceConvolutions implements Convolutions {
  private final PtxDriver driver;
  private final DeviceNumbers numbers;
  private final Device reference = Device.open("reference:float64");

  private @Nullable ConvolutionShape lastShape;

  ReferenceConvolutions(PtxDriver driver) {
    this.driver = driver;
    this.numbers = new DeviceNumbers(driver, Stream.DEFAULT);
  }

  /** What it was asked for last, going forward; null if nothing yet. */
  @Nullable ConvolutionShape lastShape() {
    return lastShape;
  }

  private static Convolution layer(ConvolutionShape shape) {
    return new Convolution(
        shape.inputs(),
        shape.outputs(),
        shape.height(),
        shape.width(),
        shape.kernel(),
        shape.stride(),
        shape.padding(),
        Activation.NONE,
        1);
  }

  private Tensor from(long address, Shape shape) {
    return reference.allocate(shape).write(numbers.read(address, shape.size()));
  }

  private Tensor filled(Shape shape, double value) {
    double[] values = new double[Math.toIntExact(shape.size())];
    Arrays.fill(values, value);
    return reference.allocate(shape).write(values);
  }

  /** Tensors of one call. */
  private record Call(Convolution layer, Tensor ones, Tensor filter, Tensor bias)
      implements AutoCloseable {
    Mixture mixture() {
      return new Mixture(ones, filter, bias);
    }

    @Override
    public void close() {
      ones.close();
      filter.close();
      bias.close();
    }
  }

  private Call call(ConvolutionShape shape, Tensor filter) {
    Convolution layer = layer(shape);
    return new Call(
        layer,
        filled(Shape.of(shape.batch(), 1), 1),
        filter,
        filled(layer.biasShape().under(1), 0));
  }

  private ConvolutionOperators operators() {
    return reference.operators().convolution();
  }

  @Override
  public void forward(ConvolutionShape shape, long input, long filter, long output, Stream stream) {
    lastShape = shape;
    driver.callHost(
        () -> {
          Shape weights = layer(shape).weightShape().under(1);
          try (Call call = call(shape, from(filter, weights));
              Tensor x = from(input, call.layer.inputShape(shape.batch()));
              Tensor y = reference.allocate(call.layer.outputShape(shape.batch()))) {
            operators().forward(call.layer, call.mixture(), x, y, null);
            numbers.write(output, y.toDoubles());
          }
        },
        stream);
  }

  @Override
  public void backwardInput(
      ConvolutionShape shape, long filter, long outputGradient, long inputGradient, Stream stream) {
    driver.callHost(
        () -> {
          Shape weights = layer(shape).weightShape().under(1);
          try (Call call = call(shape, from(filter, weights));
              Tensor x = filled(call.layer.inputShape(shape.batch()), 0);
              Tensor dx = reference.allocate(x.shape())) {
            backward(call, shape, x, outputGradient, dx, weights).close();
            numbers.write(inputGradient, dx.toDoubles());
          }
        },
        stream);
  }

  @Override
  public void backwardFilter(
      ConvolutionShape shape, long input, long outputGradient, long filterGradient, Stream stream) {
    driver.callHost(
        () -> {
          Shape weights = layer(shape).weightShape().under(1);
          try (Call call = call(shape, filled(weights, 0));
              Tensor x = from(input, call.layer.inputShape(shape.batch()));
              Tensor dx = reference.allocate(x.shape());
              Tensor gradient = backward(call, shape, x, outputGradient, dx, weights)) {
            numbers.write(filterGradient, gradient.toDoubles());
          }
        },
        stream);
  }

  /** Writes dx and returns the filter's gradient. */
  private Tensor backward(
      Call call, ConvolutionShape shape, Tensor x, long outputGradient, Tensor dx, Shape weights) {
    Tensor gradient = reference.allocate(weights);
    try (Tensor y = reference.allocate(call.layer.outputShape(shape.batch()));
        Tensor trace = operators().allocateTrace(call.layer, shape.batch());
        Tensor dy = from(outputGradient, y.shape());
        Tensor biasGradient = reference.allocate(call.bias.shape())) {
      operators().forward(call.layer, call.mixture(), x, y, trace);
      operators()
          .backward(
              call.layer,
              call.mixture(),
              x,
              y,
              trace,
              dy,
              dx,
              new MixtureGradients(gradient, biasGradient));
    }
    return gradient;
  }

  @Override
  public String description() {
    return "convolutions by the reference";
  }

  @Override
  public void close() {
    reference.close();
  }
}
