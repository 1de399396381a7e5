package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.reference.ReferenceDevice;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;

/**
 * Computes on the reference device what oneDNN gets wrong: its ReLU and its maximum drop a NaN,
 * which would hide that a network's numbers have gone bad. Slow, but such a run is about to end.
 */
final class ReferencePath implements AutoCloseable {
  private final ReferenceDevice device = new ReferenceDevice(ElementType.FLOAT32);

  static void convolution(Convolution layer, Mixture parameters, Tensor input, Tensor output) {
    try (ReferencePath path = new ReferencePath();
        Tensor coefficients = path.copy(parameters.coefficients());
        Tensor weights = path.copy(parameters.weights());
        Tensor bias = path.copy(parameters.bias());
        Tensor x = path.copy(input);
        Tensor y = path.device.allocate(output.shape())) {
      Mixture mixture = new Mixture(coefficients, weights, bias);
      path.device.operators().convolution().forward(layer, mixture, x, y, null);
      output.write(y.toFloats());
    }
  }

  static void pooling(Pooling layer, Tensor input, Tensor output) {
    try (ReferencePath path = new ReferencePath();
        Tensor x = path.copy(input);
        Tensor y = path.device.allocate(output.shape())) {
      path.device.operators().pooling().forward(layer, x, y);
      output.write(y.toFloats());
    }
  }

  private Tensor copy(Tensor tensor) {
    return device.allocate(tensor.shape()).write(tensor.toFloats());
  }

  @Override
  public void close() {
    device.close();
  }
}
