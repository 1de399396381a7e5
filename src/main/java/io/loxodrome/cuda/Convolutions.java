package io.loxodrome.cuda;

/**
 * Convolutions of whole batches with one filter, in the order of a stream; cuDNN gives them.
 *
 * <p>The first call with a shape may try algorithms out, which takes longer, and must not be made
 * while the stream is capturing. Same input, same bits.
 */
public interface Convolutions extends AutoCloseable {
  /**
   * y = filter * x.
   *
   * @param input device address of x
   * @param filter device address
   * @param output device address of y, written
   * @throws CudaException if the library refuses it
   */
  void forward(ConvolutionShape shape, long input, long filter, long output, Stream stream);

  /**
   * dx from dy.
   *
   * @param filter device address
   * @param outputGradient device address of dy
   * @param inputGradient device address of dx, written
   * @throws CudaException if the library refuses it
   */
  void backwardInput(
      ConvolutionShape shape, long filter, long outputGradient, long inputGradient, Stream stream);

  /**
   * The filter's gradient from x and dy.
   *
   * @param input device address of x
   * @param outputGradient device address of dy
   * @param filterGradient device address, written
   * @throws CudaException if the library refuses it
   */
  void backwardFilter(
      ConvolutionShape shape, long input, long outputGradient, long filterGradient, Stream stream);

  /** One line for people: library and version. */
  String description();

  /** Gives everything back; idempotent. */
  @Override
  void close();
}
