package io.loxodrome.riemann;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.riemann.ModuleSize.LayerSize;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** A linear layer, whose one position has the whole input. */
final class LinearProducts implements ProductLayer {
  private final Device device;
  private final Linear layer;

  LinearProducts(Device device, Linear layer) {
    this.device = device;
    this.layer = new Linear(layer.inputs(), layer.outputs(), Activation.NONE);
  }

  @Override
  public LayerSize size() {
    return new LayerSize(1, layer.inputs(), layer.outputs());
  }

  @Override
  public Shape outputShape(int batch) {
    return layer.outputShape(batch);
  }

  @Override
  public void forward(Mixture mixture, Tensor input, Tensor outputs) {
    device.operators().linear().forward(layer, mixture, input, outputs);
  }

  /** Without an activation what the output was does not matter. */
  @Override
  public void backward(
      Mixture mixture, Tensor input, Tensor outputGradients, MixtureGradients gradients) {
    device
        .operators()
        .linear()
        .backward(layer, mixture, input, outputGradients, outputGradients, null, gradients);
  }

  @Override
  public Tensor inputsByPosition(Tensor input) {
    return atOnePosition(input);
  }

  @Override
  public Tensor outputsByPosition(Tensor outputs) {
    return atOnePosition(outputs);
  }

  private static Tensor atOnePosition(Tensor tensor) {
    int batch = tensor.shape().dimension(0);
    return tensor.reshape(Shape.of(batch, 1, tensor.shape().dimension(1)));
  }
}
