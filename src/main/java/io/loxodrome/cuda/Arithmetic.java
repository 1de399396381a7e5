package io.loxodrome.cuda;

/** How matrix products and convolutions multiply; all store and add in single precision. */
public enum Arithmetic {
  /** Single precision throughout: relative error near 6e-8 a term. */
  FLOAT32,
  /** Factors rounded to 10 bits of mantissa: relative error near 5e-4 a term. */
  TENSOR_FLOAT32,
  /** Factors rounded to 7 bits of mantissa: relative error near 4e-3 a term. */
  BFLOAT16
}
