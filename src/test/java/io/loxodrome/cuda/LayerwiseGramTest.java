package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerwiseGramTest extends SparseKernelTest {
  /** S after an addition; what is above the diagonal stays as it was. */
  private static double[] added(
      int b, double[] x, double square, double[] u, double factor, double[] s) {
    int size = (int) Math.round(Math.sqrt(s.length));
    double[] sum = s.clone();
    for (int row = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        double weight = x.length == 0 ? 1 : x[row % b * b + column % b] + square;
        sum[row * size + column] += factor * weight * u[row * size + column];
      }
    }
    return sum;
  }

  private LayerwiseGram gram() {
    return new LayerwiseGram(kernels);
  }

  private long address(double[] values) {
    return input(Storage.FLOAT32, values).address();
  }

  /** Numbers below the diagonal, and above it what nobody wrote. */
  private DeviceArray lower(double[] values, int elementsOff) {
    DeviceArray array = output(Storage.FLOAT32, values.length, elementsOff);
    int size = (int) Math.round(Math.sqrt(values.length));
    for (int row = 0; row < size; row++) {
      double[] left = Arrays.copyOfRange(values, row * size, row * size + row + 1);
      driver.write(
          ByteBuffer.wrap(Numbers.bytes(Storage.FLOAT32, left)),
          array.address() + 4L * row * size,
          Stream.DEFAULT);
    }
    return array;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "1, 4", "2, 2", "3, 5", "4, 1", "4, 9", "5, 3", "16, 10", "17, 1", "31, 3", "64, 2",
    "127, 1", "128, 1", "129, 1", "3, 100", "8, 33", "200, 3", "2, 260"
  })
  void addsAndMixesTheLowerTriangle(int batch, int probes) {
    int size = batch * probes;
    double[] x = draw.normals((long) batch * batch);
    double[] m = draw.normals((long) batch * batch);
    double[] u = draw.normals((long) size * size);
    double[] before = draw.normals((long) size * size);
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(batch, probes);
    for (int elementsOff : new int[] {0, 1}) {
      long inputs = address(x);
      long mixing = address(m);
      long products = lower(u, elementsOff).address();
      DeviceArray s = input(Storage.FLOAT32, before, elementsOff);
      gram().add(shape, inputs, 0.5, products, 0.75, s.address(), Stream.DEFAULT);
      double[] weighted = added(batch, x, 0.5, u, 0.75, before);
      verify(shape.toString(), new Output(s, Storage.FLOAT32, weighted, 3));
      gram().add(shape, 0, 7, products, -2, s.address(), Stream.DEFAULT);
      double[] both = added(batch, new double[0], 0, u, -2, weighted);
      verify(shape.toString(), new Output(s, Storage.FLOAT32, both, 4));
      gram().mix(shape, mixing, s.address(), Stream.DEFAULT);
      for (int row = 0; row < size; row++) {
        for (int column = 0; column <= row; column++) {
          both[row * size + column] *= m[row % batch * batch + column % batch];
        }
      }
      verify(shape.toString(), new Output(s, Storage.FLOAT32, both, 5));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 33, 64, 100, 129, 300})
  void mirrorsTheLowerTriangle(int size) {
    double[] values = draw.normals((long) size * size);
    DeviceArray s = lower(values, 1);
    gram().mirror(size, s.address(), Stream.DEFAULT);
    for (int row = 0; row < size; row++) {
      for (int column = row + 1; column < size; column++) {
        values[row * size + column] = values[column * size + row];
      }
    }
    verify("size " + size, new Output(s, Storage.FLOAT32, values, 1));
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
    long gramOfColumns = address(products(probeMajor(u, b, q, o), b * q, o));
    DeviceArray s = input(Storage.FLOAT32, new double[b * q * b * q]);
    LayerwiseGram.GramShape gramShape = new LayerwiseGram.GramShape(b, q);
    gram().add(gramShape, gramOfInputs, 0, gramOfColumns, 1.0 / b, s.address(), Stream.DEFAULT);
    double[] sums = Numbers.values(Storage.FLOAT32, s.read());
    for (int row = 0; row < b * q; row++) {
      for (int column = 0; column <= row; column++) {
        int exampleMajorRow = row % b * q + row / b;
        int exampleMajorColumn = column % b * q + column / b;
        assertThat(sums[row * b * q + column])
            .isCloseTo(kTransposedK[exampleMajorRow * b * q + exampleMajorColumn], within(1e-5));
      }
    }
    driver.takeLaunches();

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

  /** All first columns of the examples, then all second ones, ... */
  private static double[] probeMajor(double[] u, int b, int q, int o) {
    double[] columns = new double[u.length];
    for (int i = 0; i < b; i++) {
      for (int a = 0; a < q; a++) {
        System.arraycopy(u, (i * q + a) * o, columns, (a * b + i) * o, o);
      }
    }
    return columns;
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

  /** X and M are read again for each probe, and what is beside the diagonal comes along. */
  @ParameterizedTest
  @CsvSource({"64, 4", "64, 8", "128, 2", "61, 5", "37, 9"})
  void gramMovesLittleMoreThanItMust(int batch, int probes) {
    int size = batch * probes;
    double[] x = draw.normals((long) batch * batch);
    double[] u = draw.normals((long) size * size);
    double[] before = draw.normals((long) size * size);
    long triangle = size * (size + 1L) / 2;
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(batch, probes);
    long inputs = address(x);
    long products = address(u);
    DeviceArray s = input(Storage.FLOAT32, before);
    gram().add(shape, inputs, 1, products, 0.5, s.address(), Stream.DEFAULT);
    double[] sum = added(batch, x, 1, u, 0.5, before);
    long ideal = 4 * (3 * triangle + (long) batch * batch);
    Output output = new Output(s, Storage.FLOAT32, sum, 3);
    Traffic traffic = measure(shape.toString(), triangle, ideal, output);
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(1.5);
    gram().mix(shape, inputs, s.address(), Stream.DEFAULT);
    for (int row = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        sum[row * size + column] *= x[row % batch * batch + column % batch];
      }
    }
    ideal = 4 * (2 * triangle + (long) batch * batch);
    traffic = measure(shape.toString(), triangle, ideal, new Output(s, Storage.FLOAT32, sum, 4));
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(1.5);
    gram().mirror(size, s.address(), Stream.DEFAULT);
    for (int row = 0; row < size; row++) {
      for (int column = row + 1; column < size; column++) {
        sum[row * size + column] = sum[column * size + row];
      }
    }
    ideal = 4L * size * size;
    traffic = measure(shape.toString(), triangle, ideal, new Output(s, Storage.FLOAT32, sum, 4));
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(1.5);
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
  @Test
  void gramReachesPastTwoToThe31() {
    int size = 46_344;
    useMultiprocessors(1 << 14);
    long lastRow = (size - 1L) * size;
    long x = driver.allocateSparse(4L * size * size, word -> bits(2));
    long u = driver.allocateSparse(4L * size * size, word -> bits(word - lastRow));
    long s = driver.allocateSparse(4L * size * size, word -> bits(1));
    LayerwiseGram.GramShape shape = new LayerwiseGram.GramShape(size, 1);
    driver.onlyBlocks(block -> block % size == size - 1);
    gram().add(shape, x, 1, u, 0.5, s, Stream.DEFAULT);
    driver.onlyBlocks(block -> block % size == size - 1);
    gram().mix(shape, x, s, Stream.DEFAULT);
    double[] last = readFloats(s + 4 * lastRow, size);
    for (int column = 0; column < size; column++) {
      assertThat(last[column]).isCloseTo(2 * (1 + 1.5 * column), within(1e-2));
    }
    long tiles = (size + 31L) / 32;
    onlyBlock(
        grid -> (tiles * (tiles - 1)) % grid.blocksX(),
        () -> gram().mirror(size, s, Stream.DEFAULT));
    assertThat(readFloats(s + 4 * (size - 1L), 1)[0]).isCloseTo(last[0], within(1e-2));
    for (long address : new long[] {x, u, s}) {
      driver.free(address);
    }
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
    gram().add(gramShape, 256, 0, 256, 1, 512, Stream.DEFAULT);
    gram().mix(gramShape, 256, 512, Stream.DEFAULT);
    gram().mirror(0, 512, Stream.DEFAULT);
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(0, 3, 4);
    gram().combineColumns(shape, 256, 256, 1, 256, Stream.DEFAULT);
    gram().projectColumns(shape, 256, 256, 1, 256, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void refusesSizesOutOfRange() {
    assertRefused(() -> new LayerwiseGram.GramShape(-1, 1), "batch is -1, must be from 0 to 107");
    assertRefused(() -> new LayerwiseGram.GramShape(1, 0), "probes is 0, must be from 1 to 107");
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
    assertRefused(() -> gram.add(g, 257, 0, 256, 1, 256, stream), "X is at address 0x101");
    assertRefused(() -> gram.add(g, 256, 0, 0, 1, 256, stream), "U is a null address");
    assertRefused(() -> gram.add(g, 256, 0, 256, 1, 258, stream), "S is at address 0x102");
    assertRefused(() -> gram.add(g, 0, 0, 256, Double.NaN, 256, stream), "factor is NaN");
    assertRefused(() -> gram.add(g, 256, 1e39, 256, 1, 256, stream), "square is 1.0E39");
    assertRefused(() -> gram.mix(g, 0, 256, stream), "M is a null address");
    assertRefused(() -> gram.mix(g, 256, 0, stream), "S is a null address");
    assertRefused(() -> gram.mirror(3, 0, stream), "S is a null address");
    assertRefused(() -> gram.mirror(-1, 256, stream), "size is -1, must be from 0");
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
