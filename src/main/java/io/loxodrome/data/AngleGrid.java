package io.loxodrome.data;

import io.loxodrome.tensor.Philox;

/**
 * Chooses the angles each test image is evaluated at, so that a few per image cover a fine grid
 * over the circle.
 *
 * <p>The grid is k / steps, k = 0..steps - 1. It is cut into as many strata (arcs of equal width)
 * as an image has angles, and an image gets one angle in each.
 *
 * <p>Construction: with w = steps / perImage the width of a stratum, images are taken in blocks of
 * w; block b draws for stratum r a random order of the stratum's w angles, and the block's images
 * get them in turn. So after every whole block each angle of the grid was used once more, and over
 * any number of images, from the first on, no two angles of the grid differ by more than one in how
 * often they are used: each occurs floor or ceil of images / w times. An image's angles depend on
 * the seed and its index alone, neither on how many images follow nor on the batch size.
 *
 * @param steps number of angles in the grid, a multiple of perImage
 * @param perImage number of strata, and of angles per image
 * @param seed of the random orders
 */
public record AngleGrid(int steps, int perImage, long seed) {
  private static final long LABEL = 0x414E474C45L;

  /**
   * Checks that the strata are equally wide.
   *
   * @throws IllegalArgumentException if perImage is below 1 or steps no positive multiple of it
   */
  public AngleGrid {
    if (perImage < 1) {
      throw new IllegalArgumentException(
          "angles per image is " + perImage + ", expected 1 or more");
    }
    if (steps < 1 || steps % perImage != 0) {
      throw new IllegalArgumentException(
          "steps of the angle grid is %d, expected a positive multiple of the %d angles per image"
              .formatted(steps, perImage));
    }
  }

  /**
   * The grid's steps for the first images of a set, shape images x perImage: entry (i, r) lies in r
   * w..(r + 1) w - 1.
   *
   * @throws IllegalArgumentException if images is negative
   */
  public int[][] stepsFor(int images) {
    if (images < 0) {
      throw new IllegalArgumentException("images is " + images + ", expected 0 or more");
    }
    int width = steps / perImage;
    Philox random = new Philox(seed).derived(LABEL);
    int[][] chosen = new int[images][perImage];
    for (int first = 0; first < images; first += width) {
      int block = first / width;
      for (int stratum = 0; stratum < perImage; stratum++) {
        int[] order = random.permutation((long) block * perImage + stratum, width);
        for (int i = 0; i < width && first + i < images; i++) {
          chosen[first + i][stratum] = stratum * width + order[i];
        }
      }
    }
    return chosen;
  }

  /**
   * The angle of a step, k / steps in turns.
   *
   * @param step 0..steps - 1
   * @throws IllegalArgumentException if step is out of range
   */
  public double angle(int step) {
    if (step < 0 || step >= steps) {
      throw new IllegalArgumentException("step is %d, expected 0 to %d".formatted(step, steps - 1));
    }
    return step / (double) steps;
  }
}
