package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.Unfold;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Weights mixed for each example, W_i = sum_k a_ik P_k, and each convolution a product of W_i and
 * the image unfolded: needs no library of convolutions, and not n times the work.
 *
 * <p>Unfolding takes kernel^2 times an image, so a tile of examples goes at a time.
 */
final class MixedWeights implements ConvolutionPlan {
  private final CudaResources resources;
  private final ConvolutionTail tail;
  private final WeightMixing mixing;
  private final Unfold unfold;

  MixedWeights(CudaResources resources, ConvolutionTail tail) {
    this.resources = resources;
    this.tail = tail;
    this.mixing = new WeightMixing(resources);
    this.unfold = new Unfold(resources.kernels());
  }

  /**
   * The sizes of one layer's products.
   *
   * @param outputs O
   * @param window I kernel^2, the numbers in a window
   * @param positions L, how many windows an image has
   * @param image numbers of one input image
   */
  private record Sizes(Convolution layer, int outputs, int window, int positions, long image) {
    static Sizes of(Convolution layer) {
      return new Sizes(
          layer,
          layer.outputs(),
          Math.multiplyExact(layer.inputs(), layer.kernel() * layer.kernel()),
          Math.multiplyExact(layer.convolvedHeight(), layer.convolvedWidth()),
          (long) layer.inputs() * layer.height() * layer.width());
    }

    long unfolded() {
      return (long) window * positions;
    }

    long convolved() {
      return (long) outputs * positions;
    }

    long weights() {
      return (long) outputs * window;
    }

    /** Examples that are unfolded at a time. */
    int tile(int batch, long mostBytes) {
      long most = mostBytes / Float.BYTES / unfolded();
      return (int) Math.max(1, Math.min(batch, most));
    }

    Unfold.Shape shape(int examples) {
      return new Unfold.Shape(
          examples,
          layer.inputs(),
          layer.height(),
          layer.width(),
          layer.kernel(),
          layer.stride(),
          layer.padding());
    }
  }

  private static long at(long address, long first, long size) {
    return address + first * size * Float.BYTES;
  }

  private Scratch weightsPerExample(Mixture parameters, Sizes sizes) {
    return resources.memory().floats(parameters.batch() * sizes.weights());
  }

  private void mix(Mixture parameters, Sizes sizes, Scratch weights) {
    mixing.mix(
        weightShape(parameters, sizes),
        CudaMemory.source(parameters.coefficients()),
        CudaMemory.source(parameters.weights()),
        weights.address());
  }

  private static WeightShape weightShape(Mixture parameters, Sizes sizes) {
    return new WeightShape(parameters.batch(), parameters.basisSize(), sizes.weights());
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    Sizes sizes = Sizes.of(layer);
    int batch = parameters.batch();
    int tile = sizes.tile(batch, resources.mostUnfoldedBytes());
    long x = CudaMemory.source(input);
    try (Scratch weights = weightsPerExample(parameters, sizes);
        Scratch bias = tail.biasPerExample(layer, parameters);
        Scratch windows = resources.memory().floats(tile * sizes.unfolded());
        Scratch convolved = resources.memory().floats(batch * sizes.convolved())) {
      mix(parameters, sizes, weights);
      tail.mixBias(layer, parameters, bias);
      for (int first = 0; first < batch; first += tile) {
        int count = Math.min(tile, batch - first);
        unfold.im2col(
            sizes.shape(count), at(x, first, sizes.image()), windows.address(), resources.stream());
        multiply(
            MatrixProduct.batched(
                count, sizes.outputs(), sizes.positions(), sizes.window(), false, false),
            at(weights.address(), first, sizes.weights()),
            windows.address(),
            at(convolved.address(), first, sizes.convolved()));
      }
      tail.forward(layer, batch, tail.mixed(parameters, bias), convolved.address(), output, trace);
    }
  }

  private void multiply(MatrixProduct product, long left, long right, long result) {
    resources.products().multiply(product, left, right, result, resources.stream());
  }

  @Override
  public void backward(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor weightGradient) {
    Sizes sizes = Sizes.of(layer);
    int batch = parameters.batch();
    try (Scratch convolvedGradient = resources.memory().floats(batch * sizes.convolved())) {
      tail.backwardOfMixed(
          layer, batch, output, trace, outputGradient, convolvedGradient.address());
      weightGradient(parameters, sizes, input, convolvedGradient.address(), weightGradient);
      if (inputGradient != null) {
        inputGradient(parameters, sizes, convolvedGradient.address(), inputGradient);
      }
    }
  }

  /** dW_i = dy_i windows_i^T, dP_k = sum_i a_ik dW_i. */
  private void weightGradient(
      Mixture parameters,
      Sizes sizes,
      Tensor input,
      long convolvedGradient,
      Tensor weightGradient) {
    int batch = parameters.batch();
    int tile = sizes.tile(batch, resources.mostUnfoldedBytes());
    long x = CudaMemory.source(input);
    try (Scratch windows = resources.memory().floats(tile * sizes.unfolded());
        Scratch perExample = resources.memory().floats(batch * sizes.weights())) {
      for (int first = 0; first < batch; first += tile) {
        int count = Math.min(tile, batch - first);
        unfold.im2col(
            sizes.shape(count), at(x, first, sizes.image()), windows.address(), resources.stream());
        multiply(
            MatrixProduct.batched(
                count, sizes.outputs(), sizes.window(), sizes.positions(), false, true),
            at(convolvedGradient, first, sizes.convolved()),
            windows.address(),
            at(perExample.address(), first, sizes.weights()));
      }
      mixing.mixBackward(
          weightShape(parameters, sizes),
          CudaMemory.source(parameters.coefficients()),
          perExample.address(),
          CudaMemory.target(weightGradient));
    }
  }

  /** dwindows_i = W_i^T dy_i, folded back into dx_i. */
  private void inputGradient(
      Mixture parameters, Sizes sizes, long convolvedGradient, Tensor inputGradient) {
    int batch = parameters.batch();
    int tile = sizes.tile(batch, resources.mostUnfoldedBytes());
    long dx = CudaMemory.target(inputGradient);
    try (Scratch weights = weightsPerExample(parameters, sizes);
        Scratch windows = resources.memory().floats(tile * sizes.unfolded())) {
      mix(parameters, sizes, weights);
      for (int first = 0; first < batch; first += tile) {
        int count = Math.min(tile, batch - first);
        multiply(
            MatrixProduct.batched(
                count, sizes.window(), sizes.positions(), sizes.outputs(), true, false),
            at(weights.address(), first, sizes.weights()),
            at(convolvedGradient, first, sizes.convolved()),
            windows.address());
        unfold.col2im(
            sizes.shape(count),
            windows.address(),
            at(dx, first, sizes.image()),
            resources.stream());
      }
    }
  }
}
