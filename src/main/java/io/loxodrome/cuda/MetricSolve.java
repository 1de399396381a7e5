package io.loxodrome.cuda;

import java.util.List;

/**
 * Applies the inverse of a Gram matrix to gradients: x = G^-1 g, column by column (Walking the
 * Weight Manifold, theorem 1).
 *
 * <p>g and x are matrices x n x columns, columns contiguous. Any address that is a multiple of the
 * element's size will do; where addresses are multiples of 16 and columns of {@link
 * Storage#vector()}, memory is moved 16 bytes at a time. bf16 is storage alone, arithmetic is in
 * single precision. Rows that are frozen become 0.
 *
 * <p>Traffic: 2 n words a column, besides the factors, which each block reads once; 3 n for splines
 * of more than 768 basis points. A product of more than 64 basis points that is not diagonal takes
 * 4 n, one pass per factor.
 */
public final class MetricSolve {
  private final MetricLaunch launch;

  public MetricSolve(Kernels kernels) {
    this.launch = new MetricLaunch(kernels);
  }

  /**
   * g = G^-1 g. Where G = I nothing is launched.
   *
   * @param metric G, on the same driver
   * @param gradient device address of g
   * @throws IllegalArgumentException if an address is null or not a multiple of the element's size,
   *     or a size is beyond 64-bit addresses
   */
  public void solve(
      MetricFactors metric, MetricShape shape, long gradient, Storage storage, Stream stream) {
    solve(metric, shape, gradient, gradient, storage, stream);
  }

  /**
   * x = G^-1 g.
   *
   * @param metric G, on the same driver
   * @param gradient device address of g
   * @param solution device address of x: that of g, or of an array that does not overlap it
   * @throws IllegalArgumentException if an address is null or not a multiple of the element's size,
   *     or a size is beyond 64-bit addresses
   */
  public void solve(
      MetricFactors metric,
      MetricShape shape,
      long gradient,
      long solution,
      Storage storage,
      Stream stream) {
    solve(metric.form(), shape, gradient, solution, storage, stream);
  }

  /** x = G^-1 g for G in any form. */
  void solve(
      MetricForm form,
      MetricShape shape,
      long gradient,
      long solution,
      Storage storage,
      Stream stream) {
    if (form instanceof MetricForm.Kronecker product) {
      // On matrices x n_left x n_right x columns: first along n_right, then along n_left.
      MetricForm left = product.left();
      MetricForm right = product.right();
      solve(right, shape.outside(left.size()), gradient, solution, storage, stream);
      solve(left, shape.inside(right.size()), solution, solution, storage, stream);
    } else if (gradient == solution && isIdentity(form)) {
      launch.check(form, shape, gradient, storage, step(solution, storage));
    } else {
      launch.launch(form, shape, gradient, storage, step(solution, storage), stream);
    }
  }

  private static boolean isIdentity(MetricForm form) {
    return form instanceof MetricForm.Scaled scaled && scaled.isIdentity();
  }

  private static MetricStep step(long solution, Storage storage) {
    return new MetricStep(
        KernelFile.METRIC,
        "metric",
        false,
        true,
        storage.vector(),
        List.of(new MetricStep.Operand("solution", solution, storage.bytes())),
        List.of());
  }
}
