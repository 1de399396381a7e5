package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.ChannelSums;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.PooledMixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.WindowPooling;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.tensor.Shape;

/**
 * What comes behind a convolution, however that was done: mixing, bias, activation and pooling, in
 * one kernel each way where the window is 2 x 2 or there is none.
 *
 * <p>The trace is what pooling needs on the way back: nothing without it, which element was largest
 * for 2 x 2 windows, the activations themselves for larger ones.
 */
final class ConvolutionTail {
  private static final int FUSED_WINDOW = 2;

  private final CudaResources resources;
  private final BasisMix mixing;
  private final WindowPooling pooling;
  private final ChannelSums sums;

  ConvolutionTail(CudaResources resources) {
    this.resources = resources;
    this.mixing = new BasisMix(resources.kernels());
    this.pooling = new WindowPooling(resources.kernels());
    this.sums = new ChannelSums(resources.kernels());
  }

  /** Bytes of one example's trace. */
  static long traceBytes(Convolution layer) {
    return switch (layer.pool()) {
      case 1 -> 0;
      case FUSED_WINDOW -> layer.outputShape(1).size();
      default -> convolved(layer, 1).size() * Float.BYTES;
    };
  }

  private static Shape convolved(Convolution layer, int batch) {
    return Shape.of(batch, layer.outputs(), layer.convolvedHeight(), layer.convolvedWidth());
  }

  private static PooledMixShape shape(Convolution layer, int batch, int parts) {
    return new PooledMixShape(
        batch, parts, layer.outputs(), layer.convolvedHeight(), layer.convolvedWidth());
  }

  private static MixShape unpooledShape(Convolution layer, int batch, int parts) {
    long positions = (long) layer.convolvedHeight() * layer.convolvedWidth();
    return new MixShape(batch, parts, layer.outputs(), positions);
  }

  private static WindowPooling.Shape windows(Convolution layer, int batch) {
    return new WindowPooling.Shape(
        (long) batch * layer.outputs(),
        layer.convolvedHeight(),
        layer.convolvedWidth(),
        layer.pool());
  }

  /**
   * From what was convolved to the layer's output.
   *
   * @param convolved address of y, B x m x O x H x W
   */
  void forward(
      Convolution layer, int batch, PreActivations parts, long convolved, Activations activations) {
    switch (layer.pool()) {
      case 1 -> mix(layer, batch, parts, convolved, activations.output());
      case FUSED_WINDOW -> mixAndPool(layer, batch, parts, convolved, activations);
      default -> mixThenPool(layer, batch, parts, convolved, activations);
    }
  }

  private void mix(Convolution layer, int batch, PreActivations parts, long convolved, long mixed) {
    mixing.reduce(
        unpooledShape(layer, batch, parts.parts()),
        Storage.FLOAT32,
        Epilogues.of(layer.activation()),
        parts.coefficients(),
        convolved,
        parts.bias(),
        mixed,
        resources.stream());
  }

  private void mixAndPool(
      Convolution layer, int batch, PreActivations parts, long convolved, Activations activations) {
    try (Scratch places = resources.memory().scratch(layer.outputShape(batch).size())) {
      mixing.reducePool(
          shape(layer, batch, parts.parts()),
          Storage.FLOAT32,
          Epilogues.of(layer.activation()),
          parts.coefficients(),
          convolved,
          parts.bias(),
          activations.output(),
          activations.trace() == 0 ? places.address() : activations.trace(),
          resources.stream());
    }
  }

  private void mixThenPool(
      Convolution layer, int batch, PreActivations parts, long convolved, Activations activations) {
    try (Scratch mixed = resources.memory().floats(convolved(layer, batch).size())) {
      long z = activations.trace() == 0 ? mixed.address() : activations.trace();
      mix(layer, batch, parts, convolved, z);
      pooling.maximum(windows(layer, batch), z, activations.output(), resources.stream());
    }
  }

  /**
   * From the output's gradient to that of what was convolved.
   *
   * @param parts how many were mixed, m
   * @param coefficients address of c, B x m
   * @param convolvedGradient address of dy, written, B x m x O x H x W
   */
  void backward(
      Convolution layer,
      int batch,
      int parts,
      long coefficients,
      Activations activations,
      long outputGradient,
      long convolvedGradient) {
    switch (layer.pool()) {
      case 1 ->
          mixing.expand(
              unpooledShape(layer, batch, parts),
              Storage.FLOAT32,
              coefficients,
              outputGradient,
              mask(layer, activations.output()),
              convolvedGradient,
              resources.stream());
      case FUSED_WINDOW ->
          mixing.expandPool(
              shape(layer, batch, parts),
              Storage.FLOAT32,
              coefficients,
              outputGradient,
              activations.trace(),
              mask(layer, activations.output()),
              convolvedGradient,
              resources.stream());
      default ->
          unpoolThenExpand(
              layer,
              batch,
              parts,
              coefficients,
              activations.trace(),
              outputGradient,
              convolvedGradient);
    }
  }

  private static long mask(Convolution layer, long activations) {
    return layer.activation() == Activation.RELU ? activations : 0;
  }

  private void unpoolThenExpand(
      Convolution layer,
      int batch,
      int parts,
      long coefficients,
      long mixed,
      long outputGradient,
      long convolvedGradient) {
    try (Scratch mixedGradient = resources.memory().floats(convolved(layer, batch).size())) {
      pooling.maximumBackward(
          windows(layer, batch),
          mixed,
          outputGradient,
          mixedGradient.address(),
          resources.stream());
      mixing.expand(
          unpooledShape(layer, batch, parts),
          Storage.FLOAT32,
          coefficients,
          mixedGradient.address(),
          mask(layer, mixed),
          convolvedGradient,
          resources.stream());
    }
  }

  /** db_k = sum_i a_ik s_i, s_ic the sum of channel c's gradients behind the activation. */
  void biasGradient(
      Convolution layer,
      Parameters parameters,
      long output,
      long outputGradient,
      long biasGradient) {
    int batch = parameters.batch();
    long rows = (long) batch * layer.outputs();
    try (Scratch perExample = resources.memory().floats(rows)) {
      sums.sums(
          rows,
          (long) layer.outputHeight() * layer.outputWidth(),
          outputGradient,
          mask(layer, output),
          perExample.address(),
          resources.stream());
      resources.multiply(
          MatrixProduct.single(parameters.basisSize(), layer.outputs(), batch, true, false),
          parameters.coefficients(),
          perExample.address(),
          biasGradient);
    }
  }
}
