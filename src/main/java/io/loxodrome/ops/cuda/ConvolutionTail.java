package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.ChannelSums;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.PooledMixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.WindowPooling;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

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

  static Tensor allocateTrace(Device device, Convolution layer, int batch) {
    return switch (layer.pool()) {
      case 1 -> device.allocate(ElementType.UINT8, Shape.of(0));
      case FUSED_WINDOW -> device.allocate(ElementType.UINT8, layer.outputShape(batch));
      default -> device.allocate(convolved(layer, batch));
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
      Convolution layer,
      int batch,
      PreActivations parts,
      long convolved,
      Tensor output,
      @Nullable Tensor trace) {
    switch (layer.pool()) {
      case 1 -> mix(layer, batch, parts, convolved, CudaMemory.target(output));
      case FUSED_WINDOW -> mixAndPool(layer, batch, parts, convolved, output, trace);
      default -> mixThenPool(layer, batch, parts, convolved, output, trace);
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
      Convolution layer,
      int batch,
      PreActivations parts,
      long convolved,
      Tensor output,
      @Nullable Tensor trace) {
    try (Scratch places = resources.memory().scratch(output.size())) {
      mixing.reducePool(
          shape(layer, batch, parts.parts()),
          Storage.FLOAT32,
          Epilogues.of(layer.activation()),
          parts.coefficients(),
          convolved,
          parts.bias(),
          CudaMemory.target(output),
          trace == null ? places.address() : CudaMemory.target(trace),
          resources.stream());
    }
  }

  private void mixThenPool(
      Convolution layer,
      int batch,
      PreActivations parts,
      long convolved,
      Tensor output,
      @Nullable Tensor trace) {
    try (Scratch mixed = resources.memory().floats(convolved(layer, batch).size())) {
      long z = trace == null ? mixed.address() : CudaMemory.target(trace);
      mix(layer, batch, parts, convolved, z);
      pooling.maximum(windows(layer, batch), z, CudaMemory.target(output), resources.stream());
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
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      long convolvedGradient) {
    switch (layer.pool()) {
      case 1 ->
          mixing.expand(
              unpooledShape(layer, batch, parts),
              Storage.FLOAT32,
              coefficients,
              CudaMemory.source(outputGradient),
              mask(layer, output),
              convolvedGradient,
              resources.stream());
      case FUSED_WINDOW ->
          mixing.expandPool(
              shape(layer, batch, parts),
              Storage.FLOAT32,
              coefficients,
              CudaMemory.source(outputGradient),
              CudaMemory.source(trace),
              mask(layer, output),
              convolvedGradient,
              resources.stream());
      default ->
          unpoolThenExpand(
              layer, batch, parts, coefficients, trace, outputGradient, convolvedGradient);
    }
  }

  /**
   * The same where one convolution has already mixed.
   *
   * @param convolvedGradient address of dy, written, B x O x H x W
   */
  void backwardOfMixed(
      Convolution layer,
      int batch,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      long convolvedGradient) {
    long ones = resources.ones().address(batch);
    backward(layer, batch, 1, ones, output, trace, outputGradient, convolvedGradient);
  }

  private static long mask(Convolution layer, Tensor activations) {
    return layer.activation() == Activation.RELU ? CudaMemory.source(activations) : 0;
  }

  private void unpoolThenExpand(
      Convolution layer,
      int batch,
      int parts,
      long coefficients,
      Tensor mixed,
      Tensor outputGradient,
      long convolvedGradient) {
    try (Scratch mixedGradient = resources.memory().floats(mixed.size())) {
      pooling.maximumBackward(
          windows(layer, batch),
          CudaMemory.source(mixed),
          CudaMemory.source(outputGradient),
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
      Mixture parameters,
      Tensor output,
      Tensor outputGradient,
      Tensor biasGradient) {
    int batch = parameters.batch();
    long rows = (long) batch * layer.outputs();
    try (Scratch perExample = resources.memory().floats(rows)) {
      sums.sums(
          rows,
          (long) layer.outputHeight() * layer.outputWidth(),
          CudaMemory.source(outputGradient),
          mask(layer, output),
          perExample.address(),
          resources.stream());
      resources
          .products()
          .multiply(
              MatrixProduct.single(parameters.basisSize(), layer.outputs(), batch, true, false),
              CudaMemory.source(parameters.coefficients()),
              perExample.address(),
              CudaMemory.target(biasGradient),
              resources.stream());
    }
  }

  /** b_i = sum_k a_ik b_k, B x O, into {@code mixed}. */
  void mixBias(Convolution layer, Mixture parameters, Scratch mixed) {
    resources
        .products()
        .multiply(
            MatrixProduct.single(
                parameters.batch(), layer.outputs(), parameters.basisSize(), false, false),
            CudaMemory.source(parameters.coefficients()),
            CudaMemory.source(parameters.bias()),
            mixed.address(),
            resources.stream());
  }

  /** Room for {@link #mixBias}. */
  Scratch biasPerExample(Convolution layer, Mixture parameters) {
    return resources.memory().floats((long) parameters.batch() * layer.outputs());
  }

  /** A convolution that has mixed its basis points already: one part, with a bias of its own. */
  PreActivations mixed(Mixture parameters, Scratch mixedBias) {
    return new PreActivations(
        1, resources.ones().address(parameters.batch()), Bias.ofExamples(mixedBias.address()));
  }
}
