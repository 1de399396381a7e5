package io.loxodrome.cuda;

/** A Gram matrix in the form in which a kernel solves with it; addresses are device memory. */
sealed interface MetricForm {
  /** n. */
  int size();

  /**
   * Rows are scaled: G is diagonal.
   *
   * @param inverse address of n numbers 1 / G_kk, 0 on frozen rows; null (0) for ones
   * @param whitening address of n numbers 1 / sqrt(G_kk), likewise
   */
  record Scaled(int size, long inverse, long whitening) implements MetricForm {
    /** G = I. */
    static Scaled identity(int size) {
      return new Scaled(size, 0, 0);
    }

    boolean isIdentity() {
      return inverse == 0;
    }
  }

  /**
   * A full matrix product, n at most {@value #MOST}. Matrices are square, of {@link #padded} rows.
   *
   * @param inverse address of G^-1
   * @param whitening address of R^-1, where R^T R = G
   * @param active bit k is set where row k is not frozen
   */
  record Dense(int size, long inverse, long whitening, long active) implements MetricForm {
    /** The largest n: inverse and columns share 48 KB of shared memory. */
    static final int MOST = 64;

    /** A size rounded up to whole vectors of four. */
    static int padded(int size) {
      return (size + 3) / 4 * 4;
    }
  }

  /**
   * A Cholesky solve with 7 diagonals, closed to a ring or not.
   *
   * @param factors address of the factors, laid out as kernels/metric.cuh says
   */
  record Banded(int size, boolean ring, long factors) implements MetricForm {
    /** Factors are filled up with rows of zeros to a multiple of this. */
    static final int ROWS = 16;

    /** Rows of the banded factor, which for a ring leaves out the last three. */
    int inner() {
      return ring ? size - 3 : size;
    }
  }

  /**
   * One factor after the other: kron(left, right).
   *
   * @param moving what remains to be done in one pass when the gradient is solved already: 1 on
   *     rows that move, 0 on frozen ones
   */
  record Kronecker(MetricForm left, MetricForm right, Scaled moving) implements MetricForm {
    /** Whether it is I (x) G: the same metric on each of some replicas. */
    boolean repeatsRight() {
      return left instanceof Scaled scaled && scaled.isIdentity();
    }

    @Override
    public int size() {
      return left.size() * right.size();
    }
  }
}
