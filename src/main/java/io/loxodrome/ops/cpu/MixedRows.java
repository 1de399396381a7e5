package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/** Rows of a few basis points in the heap, to be mixed for one example at a time. */
final class MixedRows {
  private final float[][] basis;
  private final float[] coefficients;
  private final int length;

  /**
   * Copies the basis points.
   *
   * @param coefficients a, B x n
   * @param basis P, n x any
   */
  MixedRows(float[] coefficients, Tensor basis) {
    int n = basis.shape().dimension(0);
    this.coefficients = coefficients;
    this.length = Math.toIntExact(basis.shape().rowSize());
    this.basis = new float[n][length];
    NativeBlock block = NativeMemory.floats("basis", basis);
    for (int k = 0; k < n; k++) {
      block.get((long) k * length, this.basis[k], 0, length);
    }
  }

  /** The start of {@code mixed} becomes sum_k a_ik P_k. */
  float[] mix(int example, float[] mixed) {
    Arrays.fill(mixed, 0, length, 0);
    for (int k = 0; k < basis.length; k++) {
      add(coefficients[example * basis.length + k], basis[k], mixed, 0, length);
    }
    return mixed;
  }

  /** sum += factor term, for elements {@code from} to {@code to}. */
  static void add(float factor, float[] term, float[] sum, int from, int to) {
    for (int j = from; j < to; j++) {
      sum[j] += factor * term[j];
    }
  }
}
