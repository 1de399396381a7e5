package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerwiseGramTest extends SparseKernelTest {
  private static double[] hadamard(int b, int q, double[] x, double[] m, double[] u, double mu) {
    int size = b * q;
    double[] s = new double[size * size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        int pair = row / q * b + column / q;
        double weight = m.length == 0 ? x[pair] : x[pair] * m[pair];
        s[row * size + column] = weight * u[row * size + column] / b + (row == column ? mu : 0);
      }
    }
    return s;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  private LayerwiseGram gram() {
    return new LayerwiseGram(kernels);
  }

  private long address(double[] values) {
    return input(Storage.FLOAT32, values).address();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "1, 4", "2, 2", "3, 5", "4, 1", "4, 9", "5, 3", "16, 10", "17, 1", "31, 3", "64, 2",
    "127, 1", "128, 1", "129, 1", "3, 100", "8, 33", "60, 4", "200, 5", "2, 520"
  })
  void weighsTheGramMatrixOfColumns(int batch, int q) {
    int size = batch * q;
    double[] x = draw.normals((long) batch * batch);
    double[] u = draw.normals((long) size * size);
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(batch, q);
    double[] m = draw.normals((long) batch * batch);
    double[] expected = hadamard(batch, q, x, m, u, 0.75);
    double[] both = sum(expected, hadamard(batch, q, x, m, u, 0));
    for (int elementsOff : new int[] {0, 1}) {
      DeviceArray columns = input(Storage.FLOAT32, u, elementsOff);
      DeviceArray s = output(Storage.FLOAT32, u.length, elementsOff);
      long inputs = address(x);
      long mixing = address(m);
      gram()
          .hadamardGram(
              shape, inputs, mixing, columns.address(), 0.75, s.address(), Stream.DEFAULT);
      verify(shape.toString(), new Output(s, Storage.FLOAT32, expected, 2));
      gram().addHadamardGram(shape, inputs, mixing, columns.address(), s.address(), Stream.DEFAULT);
      verify(shape.toString(), new Output(s, Storage.FLOAT32, both, 3));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "8, 4", "7, 3", "16, 10", "31, 3"})
  void needsNoMixingAndMayReplaceTheGramMatrixOfColumns(int batch, int q) {
    double[] x = draw.normals((long) batch * batch);
    double[] u = draw.normals((long) batch * q * batch * q);
    double[] expected = hadamard(batch, q, x, new double[0], u, 2);
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(batch, q);
    DeviceArray s = input(Storage.FLOAT32, u);
    gram().hadamardGram(shape, address(x), 0, s.address(), 2, s.address(), Stream.DEFAULT);
    verify(shape.toString(), new Output(s, Storage.FLOAT32, expected, 2));
    gram().addHadamardGram(shape, address(x), 0, address(u), s.address(), Stream.DEFAULT);
    double[] both = sum(expected, hadamard(batch, q, x, new double[0], u, 0));
    verify(shape.toString(), new Output(s, Storage.FLOAT32, both, 3));
  }

  @ParameterizedTest
  @CsvSource({"8, 4", "7, 3"})
  void isAsSymmetricAsItsFactors(int batch, int q) {
    int size = batch * q;
    long x = address(symmetric(batch));
    long m = address(symmetric(batch));
    DeviceArray s = input(Storage.FLOAT32, symmetric(size));
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(batch, q);
    gram().hadamardGram(shape, x, m, s.address(), 1e-3, s.address(), Stream.DEFAULT);
    double[] values = Numbers.values(Storage.FLOAT32, s.read());
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < row; column++) {
        assertThat(values[row * size + column]).isEqualTo(values[column * size + row]);
      }
    }
  }

  private double[] symmetric(int size) {
    double[] values = draw.normals((long) size * size);
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < row; column++) {
        values[row * size + column] = values[column * size + row];
      }
    }
    return values;
  }

  private static double[] combined(int b, int q, int o, double[] u, double[] w, double factor) {
    double[] v = new double[b * o];
    for (int i = 0; i < b; i++) {
      for (int a = 0; a < q; a++) {
        for (int k = 0; k < o; k++) {
          v[i * o + k] += factor * w[i * q + a] * u[(i * q + a) * o + k];
        }
      }
    }
    return v;
  }

  private static double[] projected(int b, int q, int o, double[] u, double[] g, double factor) {
    double[] t = new double[b * q];
    for (int i = 0; i < b; i++) {
      for (int a = 0; a < q; a++) {
        for (int k = 0; k < o; k++) {
          t[i * q + a] += factor * u[(i * q + a) * o + k] * g[i * o + k];
        }
      }
    }
    return t;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 2, 2",
    "2, 5, 3",
    "5, 9, 4",
    "7, 3, 8",
    "4, 10, 10",
    "2, 1, 15",
    "3, 7, 16",
    "9, 4, 17",
    "100, 9, 10",
    "5, 300, 6",
    "3, 2, 127",
    "3, 5, 128",
    "2, 3, 129",
    "2, 4, 260",
    "1, 2, 1000",
    "2, 3, 1001",
    "1, 2, 2052",
    "300, 1, 1",
    "33, 16, 64",
    "2, 64, 33"
  })
  void combinesAndProjects(int batch, int q, int outputs) {
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, q, outputs);
    double[] u = draw.normals((long) batch * q * outputs);
    double[] w = draw.normals((long) batch * q);
    double[] g = draw.normals((long) batch * outputs);
    for (int elementsOff : new int[] {0, 1}) {
      DeviceArray columns = input(Storage.FLOAT32, u, elementsOff);
      DeviceArray v = output(Storage.FLOAT32, g.length, elementsOff);
      gram().combineColumns(shape, columns.address(), address(w), 0.3, v.address(), Stream.DEFAULT);
      double[] expected = combined(batch, q, outputs, u, w, 0.3);
      verify(shape.toString(), new Output(v, Storage.FLOAT32, expected, q));
      DeviceArray t = output(Storage.FLOAT32, w.length);
      DeviceArray target = input(Storage.FLOAT32, g, elementsOff);
      gram()
          .projectColumns(
              shape, columns.address(), target.address(), -0.3, t.address(), Stream.DEFAULT);
      double[] projections = projected(batch, q, outputs, u, g, -0.3);
      verify(shape.toString(), new Output(t, Storage.FLOAT32, projections, outputs));
    }
  }

  /**
   * A linear layer of 5 inputs and a constant one, 3 outputs, 4 examples with 2 columns each: K has
   * 18 rows and 8 columns, K_(i,a) = vec(u_ia x_i^T) / sqrt(B).
   */
  @Test
  void agreesWithAnExplicitMatrixOfALinearLayer() {
    int b = 4;
    int q = 2;
    int o = 3;
    int inputs = 6;
    double[] x = draw.normals((long) b * inputs);
    for (int i = 0; i < b; i++) {
      x[i * inputs + inputs - 1] = 1;
    }
    double[] u = draw.normals((long) b * q * o);
    double[] w = draw.normals((long) b * q);
    double[] g = draw.normals((long) o * inputs);
    double[][] k = new double[o * inputs][b * q];
    for (int column = 0; column < b * q; column++) {
      for (int row = 0; row < o * inputs; row++) {
        double output = u[column * o + row / inputs];
        k[row][column] = output * x[column / q * inputs + row % inputs] / Math.sqrt(b);
      }
    }

    double[] kTransposedK = new double[b * q * b * q];
    double[] kW = new double[o * inputs];
    double[] kTransposedG = new double[b * q];
    for (int row = 0; row < o * inputs; row++) {
      for (int c = 0; c < b * q; c++) {
        kW[row] += k[row][c] * w[c];
        kTransposedG[c] += k[row][c] * g[row];
        for (int d = 0; d < b * q; d++) {
          kTransposedK[c * b * q + d] += k[row][c] * k[row][d];
        }
      }
    }

    long gramOfInputs = address(products(x, b, inputs));
    DeviceArray s = input(Storage.FLOAT32, products(u, b * q, o));
    LayerwiseGram.GramShape gramShape = new LayerwiseGram.GramShape(b, q);
    gram().hadamardGram(gramShape, gramOfInputs, 0, s.address(), 0, s.address(), Stream.DEFAULT);
    verify("K^T K", new Output(s, Storage.FLOAT32, kTransposedK, o * inputs));

    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(b, q, o);
    double factor = 1 / Math.sqrt(b);
    DeviceArray v = output(Storage.FLOAT32, (long) b * o);
    gram().combineColumns(shape, address(u), address(w), factor, v.address(), Stream.DEFAULT);
    double[] combined = Numbers.values(Storage.FLOAT32, v.read());
    for (int row = 0; row < o * inputs; row++) {
      double sum = 0;
      for (int i = 0; i < b; i++) {
        sum += combined[i * o + row / inputs] * x[i * inputs + row % inputs];
      }
      assertThat(sum).as("K w").isCloseTo(kW[row], within(1e-5));
    }

    double[] target = new double[b * o];
    for (int i = 0; i < b; i++) {
      for (int row = 0; row < o * inputs; row++) {
        target[i * o + row / inputs] += g[row] * x[i * inputs + row % inputs];
      }
    }
    DeviceArray t = output(Storage.FLOAT32, (long) b * q);
    gram().projectColumns(shape, address(u), address(target), factor, t.address(), Stream.DEFAULT);
    verify("K^T g", new Output(t, Storage.FLOAT32, kTransposedG, o * inputs));
  }

  /** All inner products of rows. */
  private static double[] products(double[] rows, int count, int length) {
    double[] products = new double[count * count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        for (int k = 0; k < length; k++) {
          products[i * count + j] += rows[i * length + k] * rows[j * length + k];
        }
      }
    }
    return products;
  }

  @ParameterizedTest
  @CsvSource({"64, 4, 0, 1", "64, 8, 0, 1", "128, 1, 0, 1", "61, 5, 1, 1.1", "37, 9, 1, 1.1"})
  void gramMovesEachSectorOnce(int batch, int q, int elementsOff, double most) {
    long size = (long) batch * q;
    double[] x = draw.normals((long) batch * batch);
    double[] m = draw.normals((long) batch * batch);
    double[] u = draw.normals(size * size);
    DeviceArray columns = input(Storage.FLOAT32, u, elementsOff);
    DeviceArray s = output(Storage.FLOAT32, size * size, elementsOff);
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(batch, q);
    long inputs = address(x);
    long mixing = address(m);
    gram().hadamardGram(shape, inputs, mixing, columns.address(), 0.5, s.address(), Stream.DEFAULT);
    double[] expected = hadamard(batch, q, x, m, u, 0.5);
    long ideal = 4 * (2 * size * size + 2L * batch * batch);
    Output output = new Output(s, Storage.FLOAT32, expected, 2);
    Traffic traffic = measure(shape.toString(), size * size, ideal, output);
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(most);
    gram().addHadamardGram(shape, inputs, mixing, columns.address(), s.address(), Stream.DEFAULT);
    double[] both = sum(expected, hadamard(batch, q, x, m, u, 0));
    ideal += 4 * size * size;
    output = new Output(s, Storage.FLOAT32, both, 3);
    traffic = measure(shape.toString(), size * size, ideal, output);
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(most);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 8, 256, 0, 1",
    "256, 16, 64, 0, 1",
    "40, 8, 1024, 0, 1",
    "300, 9, 77, 1, 1.1",
    "1000, 9, 10, 1, 1.1",
    "40, 10, 513, 1, 1.1"
  })
  void columnsMoveEachSectorOnce(int batch, int q, int outputs, int elementsOff, double most) {
    useMultiprocessors(4);
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, q, outputs);
    double[] u = draw.normals((long) batch * q * outputs);
    double[] w = draw.normals((long) batch * q);
    double[] g = draw.normals((long) batch * outputs);
    DeviceArray columns = input(Storage.FLOAT32, u, elementsOff);
    DeviceArray v = output(Storage.FLOAT32, g.length, elementsOff);
    DeviceArray t = output(Storage.FLOAT32, w.length);
    long weights = address(w);
    long targets = input(Storage.FLOAT32, g, elementsOff).address();
    long ideal = 4L * (u.length + w.length + g.length);
    gram().combineColumns(shape, columns.address(), weights, 2, v.address(), Stream.DEFAULT);
    Output output = new Output(v, Storage.FLOAT32, combined(batch, q, outputs, u, w, 2), q);
    assertThat(measure(shape.toString(), u.length, ideal, output).movedOverIdeal())
        .isLessThanOrEqualTo(most);
    gram().projectColumns(shape, columns.address(), targets, 2, t.address(), Stream.DEFAULT);
    output = new Output(t, Storage.FLOAT32, projected(batch, q, outputs, u, g, 2), outputs);
    assertThat(measure(shape.toString(), u.length, ideal, output).movedOverIdeal())
        .isLessThanOrEqualTo(most);
  }

  /** The last row of S lies past 2^31 elements. */
  @ParameterizedTest
  @ValueSource(ints = {46_344, 46_345})
  void gramReachesPastTwoToThe31(int size) {
    useMultiprocessors(1 << 14);
    long lastRow = (size - 1L) * size;
    long x = driver.allocateSparse(4L * size * size, word -> bits(2));
    long u = driver.allocateSparse(4L * size * size, word -> bits(word - lastRow));
    long s = driver.allocateSparse(4L * size * size, word -> bits(1));
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(size, 1);
    driver.onlyBlocks(block -> block % size == size - 1);
    gram().hadamardGram(shape, x, x, u, 7, s, Stream.DEFAULT);
    double[] last = readFloats(s + 4 * lastRow, size);
    for (int column = 0; column < size; column++) {
      double expected = 4.0 * column / size + (column == size - 1 ? 7 : 0);
      assertThat(last[column]).isCloseTo(expected, within(1e-5));
    }
    driver.onlyBlocks(block -> block % size == size - 1);
    gram().addHadamardGram(shape, x, 0, u, s, Stream.DEFAULT);
    double[] twice = readFloats(s + 4 * lastRow, size);
    for (int column = 0; column < size; column++) {
      assertThat(twice[column]).isCloseTo(last[column] + 2.0 * column / size, within(1e-5));
    }
    driver.free(x);
    driver.free(u);
    driver.free(s);
  }

  /** The last example's columns lie past 2^31 elements. */
  @ParameterizedTest
  @ValueSource(ints = {512, 511})
  void columnsReachPastTwoToThe31(int outputs) {
    useMultiprocessors(1 << 14);
    int batch = (1 << 22) + (1 << 16);
    long u = driver.allocateSparse(4L * batch * outputs, word -> bits(word % outputs));
    long w = driver.allocateSparse(4L * batch, word -> bits(word));
    long v = driver.allocateSparse(4L * batch * outputs, word -> bits(1));
    long t = driver.allocateSparse(4L * batch, word -> bits(-1));
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, 1, outputs);
    onlyBlock(
        grid -> grid.blocksX() - 1, () -> gram().projectColumns(shape, u, v, 1, t, Stream.DEFAULT));
    assertThat(readFloats(t + 4L * (batch - 1), 1)[0])
        .isCloseTo(outputs * (outputs - 1) / 2.0, within(1.0));
    onlyBlock(
        grid -> grid.blocksX() - 1, () -> gram().combineColumns(shape, u, w, 1, v, Stream.DEFAULT));
    double[] last = readFloats(v + 4L * (batch - 1) * outputs, outputs);
    for (int k = 0; k < outputs; k++) {
      assertThat(last[k] / (batch - 1)).isCloseTo(k, within(1e-3));
    }
    for (long address : new long[] {u, w, v, t}) {
      driver.free(address);
    }
  }

  @Test
  void doesNothingForAnEmptyBatch() {
    LayerwiseGram.GramShape gramShape = new LayerwiseGram.GramShape(0, 3);
    gram().hadamardGram(gramShape, 256, 0, 256, 1, 256, Stream.DEFAULT);
    gram().addHadamardGram(gramShape, 256, 0, 256, 512, Stream.DEFAULT);
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(0, 3, 4);
    gram().combineColumns(shape, 256, 256, 1, 256, Stream.DEFAULT);
    gram().projectColumns(shape, 256, 256, 1, 256, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesSizesOutOfRange() {
    assertRefused(() -> new LayerwiseGram.GramShape(-1, 1), "batch is -1, must be from 0 to 107");
    assertRefused(() -> new LayerwiseGram.GramShape(1, 0), "columns is 0, must be from 1 to 107");
    assertRefused(
        () -> new LayerwiseGram.GramShape(1 << 20, 1 << 11),
        "batch is 1048576, must be from 0 to 524288");
    assertRefused(() -> new LayerwiseGram.Shape(-1, 1, 1), "batch is -1, must be from 0 to ");
    assertRefused(() -> new LayerwiseGram.Shape(1, 0, 1), "columns is 0, must be from 1 to 1073");
    assertRefused(() -> new LayerwiseGram.Shape(1, 1, 0), "outputs is 0, must be from 1 to 1073");
    assertRefused(() -> new LayerwiseGram.Shape(1L << 61, 1, 1), "batch is 2305843009213693952");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesBadAddressesAndNumbers() {
    LayerwiseGram gram = gram();
    LayerwiseGram.GramShape g = new LayerwiseGram.GramShape(2, 2);
    Stream stream = Stream.DEFAULT;
    assertRefused(() -> gram.hadamardGram(g, 0, 0, 256, 1, 256, stream), "X is a null address");
    assertRefused(() -> gram.hadamardGram(g, 256, 257, 256, 1, 256, stream), "M is at address");
    assertRefused(() -> gram.hadamardGram(g, 256, 0, 0, 1, 256, stream), "U is a null address");
    assertRefused(() -> gram.hadamardGram(g, 256, 0, 258, 1, 256, stream), "U is at address 0x102");
    assertRefused(() -> gram.hadamardGram(g, 256, 0, 256, 1, 0, stream), "S is a null address");
    assertRefused(
        () -> gram.hadamardGram(g, 256, 0, 256, Double.NaN, 256, stream), "mu is NaN, expected");
    assertRefused(() -> gram.addHadamardGram(g, 0, 0, 256, 256, stream), "X is a null address");
    assertRefused(() -> gram.addHadamardGram(g, 256, 0, 256, 0, stream), "S is a null address");
    LayerwiseGram.Shape s = new LayerwiseGram.Shape(2, 2, 4);
    assertRefused(() -> gram.combineColumns(s, 0, 256, 1, 256, stream), "u is a null address");
    assertRefused(() -> gram.combineColumns(s, 256, 0, 1, 256, stream), "w is a null address");
    assertRefused(() -> gram.combineColumns(s, 256, 256, 1, 258, stream), "V is at address 0x102");
    assertRefused(
        () -> gram.combineColumns(s, 256, 256, 1e39, 256, stream), "factor is 1.0E39, expected");
    assertRefused(() -> gram.projectColumns(s, 0, 256, 1, 256, stream), "u is a null address");
    assertRefused(() -> gram.projectColumns(s, 256, 0, 1, 256, stream), "T is a null address");
    assertRefused(() -> gram.projectColumns(s, 256, 256, 1, 0, stream), "t is a null address");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("", call, message);
  }
}
