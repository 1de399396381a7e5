package io.loxodrome.cuda;

/** Matrix products on a device, in the order of a stream; cuBLAS gives them. */
public interface MatrixProducts extends AutoCloseable {
  /**
   * C_i = op(A_i) op(B_i), or C_i + op(A_i) op(B_i), for each of a batch.
   *
   * @param left device address of A
   * @param right device address of B
   * @param result device address of C, written
   * @throws CudaException if the library refuses it
   */
  void multiply(MatrixProduct product, long left, long right, long result, Stream stream);

  /** One line for people: library and version. */
  String description();

  /** Gives everything back; idempotent. */
  @Override
  void close();
}
