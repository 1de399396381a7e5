package io.loxodrome.riemann;

/** The exact, equivalent ways to keep a module's columns and compute with them. */
public enum Way {
  /** Every column in full, N x p. */
  ROWS,
  /** A linear layer's columns e_i x_i^T as their factors, which are multiplied pair by pair. */
  PRODUCTS;

  /**
   * Multiply-adds of a step by this way, where both are possible.
   *
   * @param batch B
   * @param probes q
   * @param inputs of the layer, I
   * @param outputs of the layer, O
   */
  double work(int batch, int probes, int inputs, int outputs) {
    double columns = (double) batch * probes;
    double size = (inputs + 1.0) * outputs;
    return switch (this) {
      case ROWS -> columns * columns * size / 2 + 3 * columns * size;
      case PRODUCTS ->
          (double) batch * batch * inputs / 2
              + columns * columns * outputs / 2
              + 2.0 * batch * size
              + 2 * columns * outputs;
    };
  }
}
