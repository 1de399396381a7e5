package io.loxodrome.cuda;

/**
 * The shape of a convolution (a cross-correlation) of images in single precision, row-major: x is
 * batch x inputs x height x width, the filter outputs x inputs x kernel x kernel, y batch x outputs
 * x {@link #outputHeight} x {@link #outputWidth}.
 *
 * @param batch at least 1
 * @param inputs input channels, at least 1
 * @param outputs output channels, at least 1
 * @param height of x, at least 1
 * @param width of x, at least 1
 * @param kernel height and width of the filter, at least 1, at most height and width with padding
 * @param stride of the filter, at least 1
 * @param padding zeros on each side, 0 to kernel - 1
 */
public record ConvolutionShape(
    int batch,
    int inputs,
    int outputs,
    int height,
    int width,
    int kernel,
    int stride,
    int padding) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException naming the size, its value and its bounds
   */
  public ConvolutionShape {
    Sizes.require("convolution", "batch", batch, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "inputs", inputs, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "outputs", outputs, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "height", height, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "width", width, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "stride", stride, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "kernel", kernel, 1, Integer.MAX_VALUE);
    Sizes.require("convolution", "padding", padding, 0, kernel - 1L);
    long most = Math.min(height, width) + 2L * padding;
    Sizes.require("convolution", "kernel", kernel, 1, Math.min(most, Integer.MAX_VALUE));
  }

  /** Rows of y. */
  public int outputHeight() {
    return positions(height);
  }

  /** Columns of y. */
  public int outputWidth() {
    return positions(width);
  }

  /** Numbers in x. */
  public long inputSize() {
    return (long) batch * inputs * height * width;
  }

  /** Numbers in y. */
  public long outputSize() {
    return (long) batch * outputs * outputHeight() * outputWidth();
  }

  private int positions(int extent) {
    return Math.toIntExact((extent + 2L * padding - kernel) / stride + 1);
  }
}
