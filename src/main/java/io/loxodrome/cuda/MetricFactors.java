package io.loxodrome.cuda;

import io.loxodrome.manifold.BandedGram;
import io.loxodrome.manifold.CyclicGram;
import io.loxodrome.manifold.DiagonalGram;
import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.KroneckerGram;
import io.loxodrome.manifold.RestrictedGram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What kernels need of a Gram matrix, on the device: computed in double, kept in single precision.
 *
 * <p>Each Gram matrix is kept in its cheapest exact form. Per number of the gradient a solve costs
 * in multiply-adds:
 *
 * <ul>
 *   <li>diagonal: 1. Products of diagonal factors are diagonal; ones cost nothing.
 *   <li>dense inverse, n &lt;= 64: n. A solve moves two words per number; in that time an A100 does
 *       50 multiply-adds and an H100 80, so that one pass stays bound by memory, or nearly so,
 *       where a product of factors would take two.
 *   <li>Cholesky factor of a spline, any n: 8, or 14 if periodic, but one row after the other. It
 *       is taken from n = 17 on.
 *   <li>product of more than 64 basis points: one factor after the other.
 *   <li>replicas, I (x) G: as G, on as many matrices.
 * </ul>
 *
 * <p>Accuracy: a dense inverse errs by single precision's rounding of its entries. A Cholesky solve
 * is backward stable: its relative error is at most a small multiple of 2^-24 kappa, kappa the
 * condition number of G with its diagonal scaled to ones (20 for clamped, 19 for periodic, 45 for
 * unclamped splines), and about 1e-7 for gradients that do not lie in G's smallest directions.
 *
 * <p>Belongs to the driver's thread. The device memory is given back by {@link #close}.
 */
public final class MetricFactors implements AutoCloseable {
  /** Up to here the dense inverse of a spline costs less than its Cholesky factor. */
  private static final int MOST_DENSE_SPLINE = 16;

  private final Driver driver;
  private final List<Long> addresses = new ArrayList<>();
  private final MetricForm form;
  private boolean closed;

  private MetricFactors(Driver driver, Gram gram) {
    this.driver = driver;
    this.form = form(gram);
  }

  /**
   * Uploads what kernels need; it is there when this returns.
   *
   * @throws IllegalArgumentException if the matrix is neither diagonal nor a spline's, nor a
   *     product of such, and has more than 64 basis points
   */
  public static MetricFactors of(Driver driver, Gram gram) {
    return new MetricFactors(driver, gram);
  }

  /** Returns n. */
  public int size() {
    return form.size();
  }

  /** The form, while the factors are there. */
  MetricForm form() {
    if (closed) {
      throw new IllegalStateException("the factors of a metric were used after they were closed");
    }
    return form;
  }

  private MetricForm form(Gram gram) {
    Optional<double[]> diagonal = inverseDiagonal(gram);
    if (diagonal.isPresent()) {
      return scaled(diagonal.get());
    }
    if (gram instanceof KroneckerGram product && isIdentity(product.left())) {
      return kronecker(product);
    }
    if (gram.size() > MOST_DENSE_SPLINE) {
      if (gram instanceof BandedGram banded) {
        return banded(banded);
      }
      if (gram instanceof CyclicGram cyclic) {
        return cyclic(cyclic);
      }
    }
    if (gram.size() <= MetricForm.Dense.MOST) {
      return dense(gram);
    }
    if (gram instanceof KroneckerGram product) {
      return kronecker(product);
    }
    throw new IllegalArgumentException(
        "a dense Gram matrix of %d basis points, kernels take up to %d; splines and products may have more"
            .formatted(gram.size(), MetricForm.Dense.MOST));
  }

  private MetricForm kronecker(KroneckerGram gram) {
    return new MetricForm.Kronecker(form(gram.left()), form(gram.right()), moving(gram));
  }

  private static boolean isIdentity(Gram gram) {
    return inverseDiagonal(gram)
        .filter(diagonal -> Arrays.stream(diagonal).allMatch(value -> value == 1))
        .isPresent();
  }

  /** G^-1's diagonal where there is nothing beside it. */
  private static Optional<double[]> inverseDiagonal(Gram gram) {
    if (gram instanceof DiagonalGram || gram.size() == 1) {
      double[] inverse = new double[gram.size()];
      Arrays.fill(inverse, 1);
      gram.solve(inverse);
      return Optional.of(inverse);
    }
    if (gram instanceof RestrictedGram restricted) {
      return inverseDiagonal(restricted.free()).map(free -> scattered(restricted, free));
    }
    if (gram instanceof KroneckerGram product) {
      return inverseDiagonal(product.left())
          .flatMap(left -> inverseDiagonal(product.right()).map(right -> products(left, right)));
    }
    return Optional.empty();
  }

  private static double[] scattered(RestrictedGram gram, double[] free) {
    double[] all = new double[gram.size()];
    int[] points = gram.freePoints();
    for (int i = 0; i < points.length; i++) {
      all[points[i]] = free[i];
    }
    return all;
  }

  private static double[] products(double[] left, double[] right) {
    double[] products = new double[left.length * right.length];
    for (int i = 0; i < products.length; i++) {
      products[i] = left[i / right.length] * right[i % right.length];
    }
    return products;
  }

  private MetricForm.Scaled scaled(double[] inverse) {
    if (Arrays.stream(inverse).allMatch(value -> value == 1)) {
      return MetricForm.Scaled.identity(inverse.length);
    }
    double[] whitening = Arrays.stream(inverse).map(Math::sqrt).toArray();
    return new MetricForm.Scaled(inverse.length, upload(inverse), upload(whitening));
  }

  private MetricForm.Scaled moving(Gram gram) {
    double[] moving = new double[gram.size()];
    for (int k = 0; k < moving.length; k++) {
      moving[k] = gram.frozen(k) ? 0 : 1;
    }
    return scaled(moving);
  }

  private MetricForm dense(Gram gram) {
    long active = 0;
    for (int k = 0; k < gram.size(); k++) {
      active |= gram.frozen(k) ? 0 : 1L << k;
    }
    return new MetricForm.Dense(
        gram.size(),
        upload(padded(gram.inverse())),
        upload(padded(gram.whiteningInverse())),
        active);
  }

  private static double[] padded(double[][] matrix) {
    int rows = MetricForm.Dense.padded(matrix.length);
    double[] padded = new double[rows * rows];
    for (int k = 0; k < matrix.length; k++) {
      System.arraycopy(matrix[k], 0, padded, k * rows, matrix.length);
    }
    return padded;
  }

  private MetricForm banded(BandedGram gram) {
    double[] factor = gram.factor();
    double[] rows = new double[paddedRows(gram.size()) * 4];
    for (int i = 0; i < gram.size(); i++) {
      placeBand(factor, i, rows, 4 * i);
    }
    return new MetricForm.Banded(gram.size(), false, upload(rows));
  }

  private MetricForm cyclic(CyclicGram gram) {
    double[] factor = gram.factor();
    double[][] border = gram.border();
    double[][] corner = gram.corner();
    double[] rows = new double[8 + paddedRows(border.length) * 8];
    double[] first = {1 / corner[0][0], corner[0][1], corner[0][2], 1 / corner[1][1]};
    double[] second = {corner[1][2], 1 / corner[2][2], 0, 0};
    System.arraycopy(first, 0, rows, 0, 4);
    System.arraycopy(second, 0, rows, 4, 4);
    for (int i = 0; i < border.length; i++) {
      placeBand(factor, i, rows, 8 + 8 * i);
      System.arraycopy(border[i], 0, rows, 12 + 8 * i, 3);
    }
    return new MetricForm.Banded(gram.size(), true, upload(rows));
  }

  private static int paddedRows(int rows) {
    return (rows + MetricForm.Banded.ROWS - 1) / MetricForm.Banded.ROWS * MetricForm.Banded.ROWS;
  }

  /** Row i of the factor with its pivot's reciprocal, so that no kernel divides. */
  private static void placeBand(double[] factor, int i, double[] rows, int at) {
    rows[at] = 1 / factor[4 * i];
    System.arraycopy(factor, 4 * i + 1, rows, at + 1, 3);
  }

  private long upload(double[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    for (double value : values) {
      buffer.putFloat((float) value);
    }
    buffer.flip();
    long address = driver.allocate(buffer.remaining());
    addresses.add(address);
    driver.write(buffer, address, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    return address;
  }

  /** Gives the device memory back; idempotent. */
  @Override
  public void close() {
    closed = true;
    addresses.forEach(driver::free);
    addresses.clear();
  }
}
