package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;

/**
 * A convolution layer from weight mixing to pooling: y = maxpool(act(W * x + b)).
 *
 * <p>One operator, so that a backend can keep an example in cache from its weights to its pooled
 * output. Images are channels x height x width; the convolution is a cross-correlation.
 *
 * @param inputs input channels
 * @param outputs output channels
 * @param height of the input
 * @param width of the input
 * @param kernel height and width of the kernel
 * @param stride of the kernel
 * @param padding zeros added on each side
 * @param activation applied to the mixed pre-activation
 * @param pool side and stride of the max pooling window; 1 pools nothing; incomplete windows at the
 *     right and bottom are left out
 */
public record Convolution(
    int inputs,
    int outputs,
    int height,
    int width,
    int kernel,
    int stride,
    int padding,
    Activation activation,
    int pool) {
  public Convolution {
    Geometry.requirePositive("inputs", inputs);
    Geometry.requirePositive("outputs", outputs);
    Geometry.requirePositive("height", height);
    Geometry.requirePositive("width", width);
    Geometry.requirePositive("kernel", kernel);
    Geometry.requirePositive("stride", stride);
    Geometry.requirePositive("pool", pool);
    if (padding < 0 || padding >= kernel) {
      throw new IllegalArgumentException(
          "padding is " + padding + ", must be from 0 to kernel - 1 = " + (kernel - 1));
    }
    Geometry.positions(Geometry.positions(height, kernel, stride, padding), pool, pool, 0);
    Geometry.positions(Geometry.positions(width, kernel, stride, padding), pool, pool, 0);
  }

  /** A stride-1 convolution with an odd kernel that keeps the image's size, nothing after it. */
  public static Convolution same(int inputs, int outputs, int height, int width, int kernel) {
    if (kernel % 2 == 0) {
      throw new IllegalArgumentException(
          "kernel is " + kernel + ", must be odd to keep the image's size");
    }
    return new Convolution(
        inputs, outputs, height, width, kernel, 1, kernel / 2, Activation.NONE, 1);
  }

  /** This layer with {@code activation} after the convolution. */
  public Convolution activated(Activation activation) {
    return new Convolution(
        inputs, outputs, height, width, kernel, stride, padding, activation, pool);
  }

  /** This layer with max pooling over {@code pool} x {@code pool} windows at its end. */
  public Convolution pooled(int pool) {
    return new Convolution(
        inputs, outputs, height, width, kernel, stride, padding, activation, pool);
  }

  /** Height between convolution and pooling. */
  public int convolvedHeight() {
    return Geometry.positions(height, kernel, stride, padding);
  }

  /** Width between convolution and pooling. */
  public int convolvedWidth() {
    return Geometry.positions(width, kernel, stride, padding);
  }

  /** L, how many times an image's weights are used: convolved height x convolved width. */
  public int positions() {
    return convolvedHeight() * convolvedWidth();
  }

  /** How many numbers of an image each output at a position sees: inputs x kernel x kernel. */
  public int window() {
    return inputs * kernel * kernel;
  }

  public int outputHeight() {
    return convolvedHeight() / pool;
  }

  public int outputWidth() {
    return convolvedWidth() / pool;
  }

  /** One basis point of the weights, outputs x inputs x kernel x kernel. */
  public Shape weightShape() {
    return Shape.of(outputs, inputs, kernel, kernel);
  }

  /** One basis point of the bias. */
  public Shape biasShape() {
    return Shape.of(outputs);
  }

  public Shape inputShape(int batch) {
    return Shape.of(batch, inputs, height, width);
  }

  public Shape outputShape(int batch) {
    return Shape.of(batch, outputs, outputHeight(), outputWidth());
  }

  /** One line for people, such as "3x32x32 to 32x16x16, kernel 3, ReLU, pool 2". */
  public String description() {
    return Shape.of(inputs, height, width)
        + " to "
        + Shape.of(outputs, outputHeight(), outputWidth())
        + ", kernel "
        + kernel
        + (stride == 1 ? "" : ", stride " + stride)
        + activation.description()
        + (pool == 1 ? "" : ", pool " + pool);
  }
}
