package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.ops.Convolution;

/** What a library is asked to convolve for a layer. */
final class ConvolutionShapes {
  private ConvolutionShapes() {}

  /** The layer's convolution with its inputs and outputs stacked so many times. */
  static ConvolutionShape of(Convolution layer, int batch, int inputsStacked, int outputsStacked) {
    return new ConvolutionShape(
        batch,
        Math.multiplyExact(inputsStacked, layer.inputs()),
        Math.multiplyExact(outputsStacked, layer.outputs()),
        layer.height(),
        layer.width(),
        layer.kernel(),
        layer.stride(),
        layer.padding());
  }
}
