package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;

/**
 * What a layer costs by each plan, forward and backward: multiply-adds over what the device does of
 * them, bytes over what it moves, and what it takes to ask for each piece of work. Rounded numbers
 * of what such devices do; what counts is which plan they put first.
 */
final class CudaCosts {
  /** Cycles a second under load. */
  private static final double CLOCK = 1.5e9;

  /** Bytes a second and multiprocessor from memory: 8e9 on small devices, 25e9 on large ones. */
  private static final double MULTIPROCESSOR_BYTES = 15e9;

  /** Seconds from one kernel, product or copy to the next, where there is little in it. */
  private static final double LAUNCH = 2e-6;

  /** Seconds until the host has read what the device has to compute first. */
  private static final double WAIT = 20e-6;

  /** Of the device's multiply-adds, what one large product does. */
  private static final double LARGE_PRODUCTS = 0.7;

  /** Of the device's multiply-adds, what a batch of products does that are one example's each. */
  private static final double SMALL_PRODUCTS = 0.3;

  /**
   * Of the device's multiply-adds, those that a library's convolution stands for: Winograd's
   * algorithm does with fewer.
   */
  private static final double LIBRARY_CONVOLUTIONS = 1;

  /** Channels that keep all of a product's tile busy, and those of the narrowest tile. */
  private static final double TILE = 128;

  private static final double NARROWEST_TILE = 32;

  /** Tensor cores' multiply-adds for one of other cores: TF32 and bfloat16. */
  private static final double TENSOR_FLOAT32 = 8;

  private static final double BFLOAT16 = 16;

  /** Arrays of a batch that a group's examples are copied out of or into, forward and backward. */
  private static final int GROUPED_ARRAYS = 8;

  /** Pieces of work of a plain layer, forward and backward. */
  private static final int PLAIN_LAUNCHES = 5;

  private final double multiplyAdds;
  private final double mixing;
  private final double bytes;
  private final boolean isLibrary;

  /**
   * Costs on a device.
   *
   * @param arithmetic of products and convolutions
   * @param hasLibrary whether a library convolves; otherwise products of unfolded images do
   */
  CudaCosts(DeviceProperties device, Arithmetic arithmetic, boolean hasLibrary) {
    this.mixing = device.multiprocessors() * (double) lanes(device) * CLOCK;
    this.multiplyAdds = mixing * speed(arithmetic);
    this.bytes = device.multiprocessors() * MULTIPROCESSOR_BYTES;
    this.isLibrary = hasLibrary;
  }

  /** Multiply-adds of a multiprocessor in a cycle. */
  private static int lanes(DeviceProperties device) {
    boolean half = device.major() < 8 || (device.major() == 8 && device.minor() == 0);
    return half ? 64 : 128;
  }

  private static double speed(Arithmetic arithmetic) {
    return switch (arithmetic) {
      case FLOAT32 -> 1;
      case TENSOR_FLOAT32 -> TENSOR_FLOAT32;
      case BFLOAT16 -> BFLOAT16;
    };
  }

  /**
   * What a layer is made of.
   *
   * @param work multiply-adds of one example
   * @param input numbers of one x
   * @param output numbers of one y before pooling
   * @param weights p
   */
  private record Layer(double work, double input, double output, double weights) {
    static Layer of(Linear layer) {
      double p = layer.weightShape().size();
      return new Layer(p, layer.inputs(), layer.outputs(), p);
    }

    static Layer of(Convolution layer) {
      double p = layer.weightShape().size();
      double positions = (double) layer.convolvedHeight() * layer.convolvedWidth();
      return new Layer(p * positions, layer.inputShape(1).size(), layer.outputs() * positions, p);
    }
  }

  private double seconds(double work, double rate, double numbers, double launches) {
    return work / rate + numbers * Float.BYTES / bytes + launches * LAUNCH;
  }

  /** Milliseconds of a linear layer. */
  double linear(MixWork<Linear> work, MixPlan plan) {
    Layer layer = Layer.of(work.layer());
    double seconds =
        switch (plan) {
          case OUTPUTS -> linearOutputs(layer, work.batch(), work.basisSize());
          case INPUTS -> linearInputs(layer, work.batch(), work.basisSize());
          case WEIGHTS -> linearWeights(layer, work.batch(), work.basisSize());
          case SPANS -> linearOutputs(layer, work.batch(), work.support()) + spans(work, layer);
          case SHARED ->
              linearOutputs(layer, work.batch(), 1)
                  + mixed(work, layer)
                  + grouped(work, layer, work.distinct());
        };
    return seconds * 1e3;
  }

  /** Milliseconds of a convolution layer. */
  double convolution(MixWork<Convolution> work, MixPlan plan) {
    Layer layer = Layer.of(work.layer());
    Convolution shape = work.layer();
    double seconds =
        switch (plan) {
          case OUTPUTS -> convolutionOutputs(shape, layer, work.batch(), work.basisSize());
          case INPUTS -> convolutionInputs(shape, layer, work.batch(), work.basisSize());
          case WEIGHTS -> convolutionWeights(shape, layer, work.batch(), work.basisSize());
          case SPANS ->
              convolutionOutputs(shape, layer, work.batch(), work.support()) + spans(work, layer);
          case SHARED ->
              convolutionOutputs(shape, layer, work.batch(), 1)
                  + mixed(work, layer)
                  + grouped(work, layer, work.distinct());
        };
    return seconds * 1e3;
  }

  /** y, B x n O, written and read; its gradient written and read twice. */
  private double linearOutputs(Layer layer, double batch, double n) {
    return seconds(
        3 * batch * n * layer.work(),
        LARGE_PRODUCTS * multiplyAdds,
        batch * (2 * layer.input() + 5 * n * layer.output()) + 3 * n * layer.weights(),
        PLAIN_LAUNCHES);
  }

  /** x, B x n I, written and read, again backward, and so its gradient; 2 n + 1 products. */
  private double linearInputs(Layer layer, double batch, double n) {
    return seconds(
        3 * batch * n * layer.work(),
        LARGE_PRODUCTS * multiplyAdds,
        batch * (6 * n * layer.input() + 2 * n * layer.output()) + 3 * n * layer.weights(),
        PLAIN_LAUNCHES + 2 * n);
  }

  /** Weights of each example, written and read each way, and OUTPUTS' product for dP. */
  private double linearWeights(Layer layer, double batch, double n) {
    double mixed =
        seconds(
            2 * batch * n * layer.weights(),
            mixing,
            batch * 4 * layer.weights() + 2 * n * layer.weights(),
            6);
    double products =
        seconds(
            batch * n * layer.work(),
            LARGE_PRODUCTS * multiplyAdds,
            batch * 3 * n * layer.output() + n * layer.weights(),
            2);
    return mixed + products;
  }

  /**
   * Passes of the work, more where a tile is not filled: forward as wide as there are outputs, dx
   * as there are inputs, or numbers of a window if that is unfolded, and the filter's gradient.
   */
  private double passes(Convolution shape, double inputsStacked, double outputsStacked) {
    double inputs = isLibrary ? shape.inputs() : window(shape);
    return waste(outputsStacked * shape.outputs()) + waste(inputsStacked * inputs) + 1;
  }

  private static double waste(double channels) {
    return TILE / Math.min(TILE, Math.max(NARROWEST_TILE, channels));
  }

  private double convolutionRate() {
    return multiplyAdds * (isLibrary ? LIBRARY_CONVOLUTIONS : SMALL_PRODUCTS);
  }

  /**
   * Where no library convolves, unfolded images, written and read three times, and filter gradients
   * of each example.
   */
  private double unfolding(
      Convolution shape, double batch, double inputsStacked, double outputsStacked) {
    double images = 6 * unfolded(shape) * inputsStacked;
    double filters = 2 * inputsStacked * outputsStacked * shape.weightShape().size();
    return isLibrary ? 0 : seconds(0, 1, batch * (images + filters), 4);
  }

  private static double window(Convolution shape) {
    return (double) shape.inputs() * shape.kernel() * shape.kernel();
  }

  private static double unfolded(Convolution shape) {
    return window(shape) * shape.convolvedHeight() * shape.convolvedWidth();
  }

  private double convolutionOutputs(Convolution shape, Layer layer, double batch, double n) {
    return unfolding(shape, batch, 1, n)
        + seconds(
            passes(shape, 1, n) * batch * n * layer.work(),
            convolutionRate(),
            batch * (2 * layer.input() + 5 * n * layer.output()) + 3 * n * layer.weights(),
            PLAIN_LAUNCHES);
  }

  /** As for a linear layer, but one convolution each; P turned there and back. */
  private double convolutionInputs(Convolution shape, Layer layer, double batch, double n) {
    return unfolding(shape, batch, n, 1)
        + seconds(
            passes(shape, n, 1) * batch * n * layer.work(),
            convolutionRate(),
            batch * (6 * n * layer.input() + 5 * layer.output()) + 9 * n * layer.weights(),
            PLAIN_LAUNCHES + 6);
  }

  /** Unfolded images, and the weights and weight gradients of each example. */
  private double convolutionWeights(Convolution shape, Layer layer, double batch, double n) {
    double mixed =
        seconds(
            3 * batch * n * layer.weights(),
            mixing,
            batch * 6 * layer.weights() + 3 * n * layer.weights(),
            4);
    double products =
        seconds(
            (waste(shape.outputs()) + waste(window(shape)) + 1) * batch * layer.work(),
            SMALL_PRODUCTS * multiplyAdds,
            batch * (6 * unfolded(shape) + 5 * layer.output()),
            PLAIN_LAUNCHES + 4);
    return mixed + products;
  }

  /**
   * Whether P is finite, read and waited for each way; groups about as many as there are basis
   * points, one if all examples need all.
   */
  private double spans(MixWork<?> work, Layer layer) {
    boolean isOne = work.support() == work.basisSize();
    double groups = isOne ? 1 : Math.min(work.distinct(), work.basisSize());
    return 2 * WAIT
        + seconds(0, 1, 2 * work.basisSize() * layer.weights(), 8)
        + grouped(work, layer, groups);
  }

  /** W of each distinct row, and its gradient. */
  private double mixed(MixWork<?> work, Layer layer) {
    double rows = work.distinct();
    double n = work.basisSize();
    return seconds(2 * rows * n * layer.weights(), mixing, (4 * rows + 2 * n) * layer.weights(), 3);
  }

  /**
   * Coefficients, read and waited for each way; where there are several groups, a copy for each
   * example and array, and every group's own work.
   */
  private double grouped(MixWork<?> work, Layer layer, double groups) {
    double waits = 2 * WAIT;
    if (groups <= 1) {
      return waits;
    }
    double copies = GROUPED_ARRAYS * (double) work.batch();
    double copied = GROUPED_ARRAYS * work.batch() * (layer.input() + layer.output());
    return waits + seconds(0, 1, copied, copies + groups * PLAIN_LAUNCHES);
  }
}
