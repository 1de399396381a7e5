package io.loxodrome.ops;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * Checks the operands of image operators; the values in indices, turns, shrinks and amounts where
 * they are read.
 */
final class CheckedImage implements ImageOperators {
  private final Operands operands;
  private final ImageOperators unchecked;

  CheckedImage(Operands operands, ImageOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void rotate(
      Tensor images,
      Tensor indices,
      Tensor turns,
      Tensor shrinks,
      Normalization normalization,
      Tensor output) {
    operands.requireType("images", images, ElementType.UINT8);
    Shapes.requireRank("images", images, 4);
    operands.requireType("indices", indices, ElementType.INT32);
    Shapes.requireRank("indices", indices, 1);
    int batch = indices.shape().dimension(0);
    operands.requireReal("turns", turns, Shape.of(batch));
    operands.requireReal("shrinks", shrinks, Shape.of(batch));
    requireChannels(images, normalization);
    operands.requireReal("output", output, Shapes.withRows(images.shape(), batch));
    unchecked.rotate(images, indices, turns, shrinks, normalization, output);
  }

  private static void requireChannels(Tensor images, Normalization normalization) {
    if (normalization.channels() != images.shape().dimension(1)) {
      throw new IllegalArgumentException(
          "normalization has "
              + normalization.channels()
              + " channels, images have shape "
              + images.shape());
    }
  }

  @Override
  public void addNoise(Tensor x, Tensor amounts, NoiseSource noise) {
    operands.requireReal("x", x);
    operands.requireReal("amounts", amounts, Shape.of(Shapes.rows("x", x)));
    unchecked.addNoise(x, amounts, noise);
  }
}
