package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/** From stored bytes to a network's input. */
public interface ImageOperators {
  /** The least and the most that an image can be shrunk: 16 times enlarged, and 16 times shrunk. */
  double LEAST_SHRINK = 1.0 / 16;

  double MOST_SHRINK = 16;

  /**
   * Turns and scales, then normalises: x_i = R(2 pi s_i) (image / 255 - mean) / deviation, shown 1
   * / r_i as large: a pixel at d from the centre shows what was at r_i R^-1 d.
   *
   * <p>Bilinear about the image's centre, counterclockwise as the image is seen; zeros outside
   * after normalisation.
   *
   * @param images UINT8, N x C x H x W
   * @param indices INT32, B: which image each example is, in 0..N-1
   * @param turns s, B: fractions of a full turn
   * @param shrinks r, B: in [1/16, 16]; 1 leaves images as large as they are
   * @param output x, written, B x C x H x W
   * @throws IllegalArgumentException if an index or a shrink is out of range or a turn is not
   *     finite
   */
  void rotate(
      Tensor images,
      Tensor indices,
      Tensor turns,
      Tensor shrinks,
      Normalization normalization,
      Tensor output);

  /**
   * x_i = (1 - t_i) x_i + t_i eta, eta standard normal noise of its own for every element.
   *
   * @param x updated, B x any
   * @param amounts t, B, in [0, 1]
   * @param noise where eta comes from: element e of example i takes number e of its stream
   * @throws IllegalArgumentException if an amount is NaN or outside [0, 1]
   */
  void addNoise(Tensor x, Tensor amounts, NoiseSource noise);
}
