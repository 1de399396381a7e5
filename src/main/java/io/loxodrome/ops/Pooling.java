package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;

/**
 * Pooling over square windows that do not overlap; incomplete ones are left out.
 *
 * @param kind what is taken of a window
 * @param channels of the image
 * @param height of the image
 * @param width of the image
 * @param window side and stride of the window
 */
public record Pooling(Kind kind, int channels, int height, int width, int window) {
  /** What is taken of a window. */
  public enum Kind {
    MAX,
    AVERAGE
  }

  public Pooling {
    Geometry.requirePositive("channels", channels);
    Geometry.requirePositive("window", window);
    Geometry.positions(height, window, window, 0);
    Geometry.positions(width, window, window, 0);
  }

  public Shape inputShape(int batch) {
    return Shape.of(batch, channels, height, width);
  }

  public Shape outputShape(int batch) {
    return Shape.of(batch, channels, height / window, width / window);
  }
}
