package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.Arithmetic;

/** What devices' descriptions call things. */
final class LibraryText {
  private LibraryText() {}

  static String of(Arithmetic arithmetic) {
    return switch (arithmetic) {
      case FLOAT32 -> "fp32";
      case TENSOR_FLOAT32 -> "tf32";
      case BFLOAT16 -> "bf16";
    };
  }
}
