package io.loxodrome.train;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** Says what about a file breaks the safetensors format, and where. */
public final class SafetensorsException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  SafetensorsException(Path file, String problem) {
    super(file + ": " + problem);
  }
}
