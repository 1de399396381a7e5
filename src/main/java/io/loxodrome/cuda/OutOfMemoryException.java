package io.loxodrome.cuda;

/** The device has not as much memory left as was asked for; it can be used as before. */
public final class OutOfMemoryException extends CudaException {
  private static final long serialVersionUID = 1;

  /**
   * Says what was asked for.
   *
   * @param bytes asked for
   * @param left bytes that nobody has
   */
  public OutOfMemoryException(long bytes, long left, String device) {
    super(
        ("out of memory: %d bytes were asked for, %s has %d left;"
                + " take a smaller batch, or close what is not needed")
            .formatted(bytes, device, left));
  }
}
