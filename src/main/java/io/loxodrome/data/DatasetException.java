package io.loxodrome.data;

import java.io.IOException;

/**
 * Says in one sentence why a data set cannot be had: which file, at which offset, what was expected
 * and what was found, or where it was looked for and how to get it.
 */
public final class DatasetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** For data that is missing, or readable but wrong. */
  public DatasetException(String message) {
    super(message);
  }

  /** For data that the system refused to read. */
  public DatasetException(String message, IOException cause) {
    super(message, cause);
  }
}
