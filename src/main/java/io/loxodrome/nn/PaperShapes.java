package io.loxodrome.nn;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The shapes of the paper's layers: at its own width, or with every count of channels scaled alike.
 *
 * @param convolutions three, each with a ReLU and 2 x 2 max pooling
 * @param hidden from the flattened features, with a ReLU
 * @param output to a logit per class
 */
record PaperShapes(List<Convolution> convolutions, Linear hidden, Linear output) {
  private static final int[] CHANNELS = {32, 64, 128};
  private static final int KERNEL = 3;
  private static final int POOL = 2;
  private static final int HIDDEN = 512;

  PaperShapes {
    convolutions = List.copyOf(convolutions);
  }

  /**
   * The paper's own width.
   *
   * @param image channels x height x width, height and width at least 8
   * @param classes the number of outputs
   * @throws IllegalArgumentException if the image has not three extents or is too small
   */
  static PaperShapes of(Shape image, int classes) {
    return ofWidth(image, classes, HIDDEN);
  }

  /**
   * The width at which a point network has about as many parameters as {@code basisSize} networks
   * of the paper's own width: no other is nearer.
   *
   * @param basisSize at least 1
   */
  static PaperShapes widened(Shape image, int classes, int basisSize) {
    long aim = Math.multiplyExact(of(image, classes).parameters(), basisSize);
    int width = HIDDEN;
    while (ofWidth(image, classes, width).parameters() < aim) {
      width++;
    }
    PaperShapes above = ofWidth(image, classes, width);
    PaperShapes below = ofWidth(image, classes, Math.max(HIDDEN, width - 1));
    return above.parameters() - aim < aim - below.parameters() ? above : below;
  }

  /** All channels in the proportion that {@code hidden} has to the paper's 512, rounded. */
  private static PaperShapes ofWidth(Shape image, int classes, int hidden) {
    requireImage(image);
    List<Convolution> convolutions = new ArrayList<>();
    int inputs = image.dimension(0);
    int height = image.dimension(1);
    int width = image.dimension(2);
    for (int channels : CHANNELS) {
      int outputs = Math.round(channels * (hidden / (float) HIDDEN));
      Convolution convolution =
          Convolution.same(inputs, outputs, height, width, KERNEL)
              .activated(Activation.RELU)
              .pooled(POOL);
      convolutions.add(convolution);
      inputs = outputs;
      height = convolution.outputHeight();
      width = convolution.outputWidth();
    }
    return new PaperShapes(
        convolutions,
        new Linear(inputs * height * width, hidden, Activation.RELU),
        new Linear(hidden, classes, Activation.NONE));
  }

  private static void requireImage(Shape image) {
    int least = POOL * POOL * POOL;
    if (image.rank() != 3 || Math.min(image.dimension(1), image.dimension(2)) < least) {
      throw new IllegalArgumentException(
          "image has shape "
              + image
              + ", expected channels x height x width with height and width at least "
              + least);
    }
  }

  /** Numbers in one basis point of all weights and biases. */
  long parameters() {
    long sum = 0;
    for (Convolution convolution : convolutions) {
      sum += convolution.weightShape().size() + convolution.biasShape().size();
    }
    return sum
        + hidden.weightShape().size()
        + hidden.biasShape().size()
        + output.weightShape().size()
        + output.biasShape().size();
  }
}
