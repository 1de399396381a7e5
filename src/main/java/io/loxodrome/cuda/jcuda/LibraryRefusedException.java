package io.loxodrome.cuda.jcuda;

/** A shared library that cannot be used here; the message is one line that says why. */
final class LibraryRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  LibraryRefusedException(String message) {
    super(message);
  }

  LibraryRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
