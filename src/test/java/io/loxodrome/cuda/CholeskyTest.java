package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.ops.cuda.ReferenceProducts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyTest extends KernelTest {
  /** So few columns that matrices of three blocks have several strips of different widths. */
  private static final int STRIP = 48;

  /** Rows of a block of the diagonal. */
  private static final int BLOCK = 64;

  private Cholesky cholesky() {
    return new Cholesky(kernels, new ReferenceProducts(driver), STRIP);
  }

  /** A triangular matrix with numbers above the diagonal that do not belong to it. */
  private double[] triangular(int size) {
    double[] l = draw.uniforms((long) size * size, -1, 1);
    for (int row = 0; row < size; row++) {
      l[row * size + row] = 2 + Math.abs(l[row * size + row]);
      for (int column = 0; column < row; column++) {
        l[row * size + column] /= Math.sqrt(size);
      }
    }
    return l;
  }

  /** L L^T - damping I below the diagonal, above it what L has there. */
  private static double[] squared(double[] l, int size, double damping) {
    double[] s = l.clone();
    for (int row = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        double sum = row == column ? -damping : 0;
        for (int k = 0; k <= column; k++) {
          sum += l[row * size + k] * l[column * size + k];
        }
        s[row * size + column] = sum;
      }
    }
    return s;
  }

  /** What is above the diagonal is nobody's business. */
  private static void takeUpper(double[] expected, double[] values, int size) {
    for (int row = 0; row < size; row++) {
      for (int column = row + 1; column < size; column++) {
        expected[row * size + column] = values[row * size + column];
      }
    }
  }

  private DeviceArray floats(double[] values) {
    return input(Storage.FLOAT32, values);
  }

  private long workspace(long floats) {
    return output(Storage.FLOAT32, floats).address();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 31, 32, 33, 63, 64, 65, 128, 130, 200})
  void findsTheFactor(int size) {
    double[] l = triangular(size);
    DeviceArray s = floats(squared(l, size, 0.5));
    DeviceArray failed = input(new int[] {0});
    cholesky()
        .factorize(
            s.address(),
            size,
            0.5,
            failed.address(),
            workspace(cholesky().factorizeWorkspace(size)),
            Stream.DEFAULT);
    takeUpper(l, Numbers.values(Storage.FLOAT32, s.read()), size);
    long triangle = size * (size + 1L) / 2;
    measure("size " + size, triangle, 8 * triangle, new Output(s, Storage.FLOAT32, l, size));
    assertThat(failed.read()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "33, 0", "33, 31", "64, 32", "64, 63", "70, 66", "140, 70"})
  void tellsWhichPivotsAreNotPositive(int size, int pivot) {
    double[] l = triangular(size);
    for (double bad : new double[] {-1e6, Double.NaN, Double.POSITIVE_INFINITY}) {
      double[] values = squared(l, size, 0);
      values[pivot * size + pivot] = bad;
      DeviceArray s = floats(values);
      DeviceArray failed = input(new int[] {0});
      long workspace = workspace(cholesky().factorizeWorkspace(size));
      cholesky().factorize(s.address(), size, 0, failed.address(), workspace, Stream.DEFAULT);
      assertThat(failed.read()).as("%s", bad).containsExactly(1, 0, 0, 0);
      if (pivot < BLOCK) {
        assertFirstBlockIs(values, Numbers.values(Storage.FLOAT32, s.read()), size);
      }
    }
  }

  /** Below the diagonal, where no product has been. */
  private static void assertFirstBlockIs(double[] expected, double[] values, int size) {
    for (int row = 0; row < Math.min(size, BLOCK); row++) {
      for (int column = 0; column <= row; column++) {
        int at = row * size + column;
        assertThat(values[at])
            .as("row %d, column %d", row, column)
            .isEqualTo(Double.valueOf((float) expected[at]));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "2, 3", "31, 8", "32, 9", "33, 1", "63, 40", "64, 17", "65, 1", "128, 2", "150, 5"
  })
  void solvesForwardAndBackward(int size, int columns) {
    double[] l = triangular(size);
    double[] x = draw.normals((long) size * columns);
    double[] y = new double[x.length];
    for (int column = 0; column < columns; column++) {
      double[] z = new double[size];
      for (int k = 0; k < size; k++) {
        for (int row = k; row < size; row++) {
          z[k] += l[row * size + k] * x[row * columns + column];
        }
      }
      for (int row = 0; row < size; row++) {
        for (int k = 0; k <= row; k++) {
          y[row * columns + column] += l[row * size + k] * z[k];
        }
      }
    }
    DeviceArray values = floats(y);
    cholesky()
        .solve(
            floats(l).address(),
            size,
            values.address(),
            columns,
            workspace(cholesky().solveWorkspace(columns)),
            Stream.DEFAULT);
    long ideal = 4 * (size * (size + 1L) + 6L * size * columns);
    Output output = new Output(values, Storage.FLOAT32, x, 4 * size);
    measure(size + " x " + columns, (long) size * columns, ideal, output);
  }

  @Test
  void doesNothingWhereThereIsNothing() {
    cholesky().factorize(256, 0, 1, 256, 256, Stream.DEFAULT);
    cholesky().solve(256, 0, 256, 1, 256, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesBadAddressesAndNumbers() {
    Cholesky cholesky = cholesky();
    Stream stream = Stream.DEFAULT;
    String diagonal = "cholesky_diagonal";
    assertRefusedBy(
        diagonal, () -> cholesky.factorize(0, 3, 1, 256, 256, stream), "S is a null address");
    assertRefusedBy(
        diagonal, () -> cholesky.factorize(258, 3, 1, 256, 256, stream), "S is at address 0x102");
    assertRefusedBy(
        diagonal, () -> cholesky.factorize(256, 3, 1, 0, 256, stream), "failed is a null address");
    assertRefusedBy(
        diagonal, () -> cholesky.factorize(256, 3, Double.NaN, 256, 256, stream), "mu is NaN");
    String forward = "cholesky_forward";
    assertRefusedBy(
        forward, () -> cholesky.solve(0, 3, 256, 1, 256, stream), "L is a null address");
    assertRefusedBy(
        forward, () -> cholesky.solve(256, 3, 0, 1, 256, stream), "y is a null address");
    assertRefusedBy(
        forward, () -> cholesky.solve(256, 3, 256, 1, 0, stream), "negated is a null address");
    assertThat(driver.takeLaunches()).isEmpty();
  }
}
