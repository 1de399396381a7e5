package io.loxodrome.data;

import java.util.Arrays;

/**
 * A labelled set of 8-bit images of one shape, all of it in memory and never changed.
 *
 * <p>Pixels are planar and row-major, shape count x channels x height x width, each byte an
 * unsigned value 0..255; labels are 0..classes - 1. The arrays are handed in and out without a
 * copy, since a data set is large and read in the innermost loops: whoever holds them must not
 * write to them.
 */
public final class ImageSet {
  private final String name;
  private final int channels;
  private final int height;
  private final int width;
  private final int classes;
  private final byte[] pixels;
  private final int[] labels;

  /**
   * Takes over both arrays.
   *
   * @param name what messages call this set
   * @param pixels count x channels x height x width unsigned bytes
   * @param labels count labels in 0..classes - 1; count is at least 1
   * @throws IllegalArgumentException if an extent is below 1, the pixels are not as many as the
   *     shape says, or a label is out of range
   */
  public ImageSet(
      String name, int channels, int height, int width, int classes, byte[] pixels, int[] labels) {
    this.name = name;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.classes = classes;
    this.pixels = pixels;
    this.labels = labels;
    checkExtents();
    checkLabels();
  }

  /** What messages call this set. */
  public String name() {
    return name;
  }

  /** Number of images, at least 1. */
  public int count() {
    return labels.length;
  }

  /** Number of planes per image: 1 for grey, 3 for red, green, blue. */
  public int channels() {
    return channels;
  }

  /** Rows per plane. */
  public int height() {
    return height;
  }

  /** Pixels per row. */
  public int width() {
    return width;
  }

  /** Number of classes; labels are 0..classes - 1. */
  public int classes() {
    return classes;
  }

  /** Bytes per image: channels x height x width. Image i starts at i times this. */
  public int imageSize() {
    return channels * height * width;
  }

  /** All pixels, count x channels x height x width; not a copy, so do not write to it. */
  public byte[] pixels() {
    return pixels;
  }

  /** The label of every image; not a copy, so do not write to it. */
  public int[] labels() {
    return labels;
  }

  /**
   * The first {@code limit} images, or this very set if it has no more than that.
   *
   * @throws IllegalArgumentException if limit is below 1
   */
  public ImageSet take(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "limit on " + name + " is " + limit + ", expected 1 or more");
    }
    if (limit >= count()) {
      return this;
    }
    return new ImageSet(
        name,
        channels,
        height,
        width,
        classes,
        Arrays.copyOf(pixels, limit * imageSize()),
        Arrays.copyOf(labels, limit));
  }

  /** Whether an image of the other set could stand in this one: same shape, same classes. */
  boolean hasShapeOf(ImageSet other) {
    return channels == other.channels
        && height == other.height
        && width == other.width
        && classes == other.classes;
  }

  /** The shape in words, for messages. */
  @Override
  public String toString() {
    return "%s (%d images of %d x %d x %d, %d classes)"
        .formatted(name, count(), channels, height, width, classes);
  }

  private void checkExtents() {
    if (channels < 1 || height < 1 || width < 1 || classes < 1 || labels.length < 1) {
      throw new IllegalArgumentException(this + ": expected every number to be 1 or more");
    }
    double expected = (double) labels.length * channels * height * width;
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "%s: expected %.0f pixels, found %d".formatted(this, expected, pixels.length));
    }
  }

  private void checkLabels() {
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "label of image %d of %s is %d, expected 0 to %d"
                .formatted(i, name, labels[i], classes - 1));
      }
    }
  }
}
