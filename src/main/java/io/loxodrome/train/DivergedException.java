package io.loxodrome.train;

/**
 * Training came to a value that is infinite or NaN, and ended before it was trained on or saved.
 */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private DivergedException(String message, DivergedException cause) {
    super(message, cause);
  }

  /**
   * Says where it happened.
   *
   * @param step from 1
   * @param epoch from 1
   * @param finding what is not finite, and in which layer it was found first
   */
  DivergedException(long step, int epoch, String finding) {
    super(
        "training diverged at step %d (epoch %d): %s; a smaller learning rate or clipped gradients may help"
            .formatted(step, epoch, finding));
  }

  /** The same with one more clause to its message. */
  DivergedException with(String clause) {
    return new DivergedException(getMessage() + "; " + clause, this);
  }
}
