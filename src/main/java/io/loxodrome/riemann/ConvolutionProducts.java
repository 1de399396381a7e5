package io.loxodrome.riemann;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.riemann.ModuleSize.LayerSize;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** A convolution, each position of which has what the kernel sees there. */
final class ConvolutionProducts implements ProductLayer {
  private final Device device;
  private final Convolution layer;
  private final Convolution single;

  /**
   * A layer that need be nothing but convolved.
   *
   * @param layer pools nothing
   */
  ConvolutionProducts(Device device, Convolution layer) {
    this.device = device;
    this.layer = layer.activated(Activation.NONE);
    this.single =
        Convolution.same(
            layer.outputs(), layer.outputs(), layer.convolvedHeight(), layer.convolvedWidth(), 1);
  }

  private ConvolutionOperators operators() {
    return device.operators().convolution();
  }

  @Override
  public LayerSize size() {
    return new LayerSize(layer.positions(), layer.window(), layer.outputs());
  }

  @Override
  public Shape outputShape(int batch) {
    return layer.outputShape(batch);
  }

  @Override
  public void forward(Mixture mixture, Tensor input, Tensor outputs) {
    operators().forward(layer, mixture, input, outputs, null);
  }

  /**
   * With neither activation nor pooling what the output was does not matter, nor is there a trace.
   */
  @Override
  public void backward(
      Mixture mixture, Tensor input, Tensor outputGradients, MixtureGradients gradients) {
    try (Tensor trace = operators().allocateTrace(layer, mixture.batch())) {
      operators()
          .backward(
              layer, mixture, input, outputGradients, trace, outputGradients, null, gradients);
    }
  }

  @Override
  public Tensor inputsByPosition(Tensor input) {
    return unfolded(layer, input);
  }

  /** A kernel of one pixel sees all channels there. */
  @Override
  public Tensor outputsByPosition(Tensor outputs) {
    return unfolded(single, outputs);
  }

  private Tensor unfolded(Convolution seen, Tensor images) {
    int batch = images.shape().dimension(0);
    Tensor patches = device.allocate(Shape.of(batch, seen.positions(), seen.window()));
    operators().unfold(seen, images, patches);
    return patches;
  }
}
