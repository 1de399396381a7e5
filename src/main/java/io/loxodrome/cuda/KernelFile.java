package io.loxodrome.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The kernel families, one file of PTX each. */
public enum KernelFile {
  CHOLESKY,
  COEFFICIENTS,
  COPY,
  ELEMENTWISE,
  FILM,
  IM2COL,
  IMAGE,
  LOSS,
  METRIC,
  MIX,
  NORM,
  OPTIMIZER,
  POOLING,
  RIEMANN,
  SUMS,
  WEIGHTS;

  /** The file's name, that of its source but for the ending. */
  public String fileName() {
    return name().toLowerCase(Locale.ROOT) + ".ptx";
  }

  /** The PTX that ships with the library. */
  public String ptx() {
    try (InputStream stream = KernelFile.class.getResourceAsStream(fileName())) {
      if (stream == null) {
        throw new CudaException(
            "kernel file " + fileName() + " is missing beside " + KernelFile.class.getName());
      }
      return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException("kernel file " + fileName() + " cannot be read", e);
    }
  }
}
