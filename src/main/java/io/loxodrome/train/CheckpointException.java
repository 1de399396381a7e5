package io.loxodrome.train;

import java.io.IOException;
import java.nio.file.Path;

/** Says why a checkpoint cannot be used. */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1;

  CheckpointException(Path file, String problem) {
    super(file + ": " + problem);
  }

  CheckpointException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
