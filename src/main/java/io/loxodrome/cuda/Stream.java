package io.loxodrome.cuda;

/**
 * A queue of work on a device.
 *
 * @param handle CUDA's own, a CUstream: another program's stream can be named by it
 */
public record Stream(long handle) {
  /** The stream that is always there. */
  public static final Stream DEFAULT = new Stream(0);
}
