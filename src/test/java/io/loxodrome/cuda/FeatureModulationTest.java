package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.FeatureModulation.Rows;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureModulationTest extends SparseKernelTest {
  private static final Storage F32 = Storage.FLOAT32;

  private FeatureModulation modulation() {
    return new FeatureModulation(kernels);
  }

  /** Random rows, and what forward and backward make of them. */
  private final class Bench {
    private final Rows rows;
    private final int count;
    private final double[] x;
    private final double[] gains;
    private final double[] shifts;
    private final double[] dy;
    private final long xAt;
    private final long gainsAt;
    private final long shiftsAt;
    private final long dyAt;
    private final DeviceArray y;
    private final DeviceArray dx;
    private final DeviceArray dg;
    private final DeviceArray db;

    Bench(int rows, int length, int elementsOff) {
      this.rows = new Rows(rows, length);
      this.count = rows;
      x = draw.normals((long) rows * length);
      gains = draw.normals(rows);
      shifts = draw.normals(rows);
      dy = draw.normals(x.length);
      xAt = input(F32, x, elementsOff).address();
      gainsAt = input(F32, gains, elementsOff).address();
      shiftsAt = input(F32, shifts, elementsOff).address();
      dyAt = input(F32, dy, elementsOff).address();
      y = output(F32, x.length, elementsOff);
      dx = output(F32, x.length, elementsOff);
      dg = output(F32, rows, elementsOff);
      db = output(F32, rows, elementsOff);
    }

    void forward() {
      modulation().forward(rows, xAt, gainsAt, shiftsAt, y.address(), Stream.DEFAULT);
    }

    void backward(long inputGradient) {
      modulation()
          .backward(
              rows, xAt, gainsAt, dyAt, inputGradient, dg.address(), db.address(), Stream.DEFAULT);
    }

    Output modulated() {
      double[] expected = new double[x.length];
      for (int e = 0; e < x.length; e++) {
        int r = e / rows.length();
        expected[e] = (1 + gains[r]) * x[e] + shifts[r];
      }
      return new Output(y, F32, expected, 1);
    }

    Output inputGradient() {
      double[] expected = new double[x.length];
      for (int e = 0; e < x.length; e++) {
        expected[e] = (1 + gains[e / rows.length()]) * dy[e];
      }
      return new Output(dx, F32, expected, 1);
    }

    Output gainGradient() {
      double[] expected = new double[count];
      for (int e = 0; e < x.length; e++) {
        expected[e / rows.length()] += dy[e] * x[e];
      }
      return new Output(dg, F32, expected, rows.length());
    }

    Output shiftGradient() {
      double[] expected = new double[count];
      for (int e = 0; e < x.length; e++) {
        expected[e / rows.length()] += dy[e];
      }
      return new Output(db, F32, expected, rows.length());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8",
    "5, 1",
    "1000, 1",
    "700, 3",
    "700, 4",
    "300, 9",
    "129, 15",
    "128, 16",
    "127, 17",
    "61, 49",
    "33, 64",
    "20, 127",
    "20, 128",
    "20, 129",
    "9, 784",
    "5, 1000",
    "3, 4099",
    "2, 8192",
    "1, 20000"
  })
  void modulatesEachRowAndGoesBack(int rows, int length) {
    useMultiprocessors(2);
    String shape = rows + " x " + length;
    for (int off = 0; off < 2; off++) {
      Bench bench = new Bench(rows, length, off);
      bench.forward();
      verify(shape + ", forward", bench.modulated());
      bench.backward(bench.dx.address());
      verify(
          shape + ", backward", bench.inputGradient(), bench.gainGradient(), bench.shiftGradient());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 13})
  void anInputGradientThatNobodyNeedsIsNotWritten(int length) {
    Bench bench = new Bench(6, length, 0);
    bench.backward(0);
    verify("no dx", bench.gainGradient(), bench.shiftGradient());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 30, 3000})
  void notANumberStaysInItsRow(int length) {
    Bench bench = new Bench(3, length, 0);
    double[] bad = bench.x.clone();
    bad[length] = Double.NaN;
    long x = input(F32, bad).address();
    modulation()
        .forward(bench.rows, x, bench.gainsAt, bench.shiftsAt, bench.y.address(), Stream.DEFAULT);
    double[] y = Numbers.values(F32, bench.y.read());
    for (int e = 0; e < y.length; e++) {
      assertThat(Double.isNaN(y[e])).as("element %d", e).isEqualTo(e == length);
    }
    modulation()
        .backward(
            bench.rows,
            x,
            bench.gainsAt,
            bench.dyAt,
            0,
            bench.dg.address(),
            bench.db.address(),
            Stream.DEFAULT);
    double[] dg = Numbers.values(F32, bench.dg.read());
    assertThat(dg[1]).isNaN();
    assertThat(dg[0] + dg[2]).isFinite();
  }

  @Test
  void emptyRowsHaveNoGradient() {
    Bench empty = new Bench(5, 0, 0);
    empty.forward();
    long anywhere = output(F32, 1).address();
    modulation()
        .backward(
            empty.rows,
            anywhere,
            empty.gainsAt,
            anywhere,
            0,
            empty.dg.address(),
            empty.db.address(),
            Stream.DEFAULT);
    assertThat(Numbers.values(F32, empty.dg.read())).containsOnly(0);
    assertThat(Numbers.values(F32, empty.db.read())).containsOnly(0);
    driver.takeLaunches();
    modulation().forward(new Rows(0, 5), 16, 16, 16, 16, Stream.DEFAULT);
    modulation().backward(new Rows(0, 5), 16, 16, 16, 16, 16, 16, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 1999})
  void sumsHaveTheSameBitsWhateverTheOrderOfBlocks(int length) {
    double[] x = draw.normals(9L * length);
    double[] dy = draw.normals(9L * length);
    double[] gains = draw.normals(9);
    Work work =
        (other, loaded) -> {
          DeviceArray dg = DeviceArray.unwritten(other, 0, 9 * Float.BYTES);
          DeviceArray db = DeviceArray.unwritten(other, 0, 9 * Float.BYTES);
          new FeatureModulation(loaded)
              .backward(
                  new Rows(9, length),
                  DeviceArray.of(other, x).address(),
                  DeviceArray.of(other, gains).address(),
                  DeviceArray.of(other, dy).address(),
                  0,
                  dg.address(),
                  db.address(),
                  Stream.DEFAULT);
          return dg.read();
        };
    assertThat(elsewhere(work)).isEqualTo(elsewhere(work));
  }

  @ParameterizedTest
  @CsvSource({"256, 16, 0", "64, 1024, 0", "64, 169, 1", "512, 1, 0"})
  void movesEachSectorOnce(int rows, int length, int elementsOff) {
    Bench bench = new Bench(rows, length, elementsOff);
    long elements = (long) rows * length;
    bench.forward();
    Traffic forward =
        measure(rows + " x " + length, elements, 8 * elements + 8L * rows, bench.modulated());
    bench.backward(bench.dx.address());
    Traffic backward =
        measure(
            rows + " x " + length,
            elements,
            12 * elements + 12L * rows,
            bench.inputGradient(),
            bench.gainGradient(),
            bench.shiftGradient());
    // Gains and shifts of few rows take up a sector where a word would do.
    double more = 64.0 * rows / (8.0 * elements);
    assertThat(forward.movedOverIdeal()).isLessThan(1.1 + more);
    assertThat(backward.movedOverIdeal()).isLessThan(1.1 + more);
  }

  @Test
  void takesWideAccessesWhereverTheyFit() {
    long x = input(F32, draw.normals(40)).address();
    long rows = input(F32, draw.normals(2)).address();
    long y = output(F32, 40).address();
    Stream stream = Stream.DEFAULT;
    modulation().forward(new Rows(2, 8), x, rows, rows, y, stream);
    modulation().forward(new Rows(2, 8), x + 4, rows, rows, y, stream);
    modulation().forward(new Rows(2, 7), x, rows, rows, y, stream);
    modulation().backward(new Rows(2, 8), x, rows, x, 0, y, y + 8, stream);
    modulation().backward(new Rows(2, 8), x, rows, x + 4, 0, y, y + 8, stream);
    assertThat(driver.takeLaunches())
        .extracting("kernel")
        .containsExactly(
            "film_forward_x4",
            "film_forward_x1",
            "film_forward_x1",
            "film_backward_x4",
            "film_backward_x1");
  }

  /** The last row lies past 2^31 elements. */
  @ParameterizedTest
  @ValueSource(ints = {128, 127})
  void reachesPastTwoToThe31(int length) {
    useMultiprocessors(1 << 20);
    long rows = (1L << 31) / length + 2;
    long before = (rows - 1) * length;
    long bytes = 4 * (before + length);
    long x = driver.allocateSparse(bytes, word -> bits(word < before ? 0 : word - before));
    long dy = driver.allocateSparse(bytes, word -> bits(word < before ? 0 : 2));
    long y = driver.allocateSparse(bytes, word -> bits(-1));
    long dx = driver.allocateSparse(bytes, word -> bits(-1));
    long gains = driver.allocateSparse(4 * rows, word -> bits(2));
    long shifts = driver.allocateSparse(4 * rows, word -> bits(5));
    long dg = driver.allocateSparse(4 * rows, word -> bits(-1));
    long db = driver.allocateSparse(4 * rows, word -> bits(-1));
    Rows shape = new Rows(rows, length);
    onlyBlock(
        grid -> grid.blocksX() - 1,
        () -> modulation().forward(shape, x, gains, shifts, y, Stream.DEFAULT));
    onlyBlock(
        grid -> grid.blocksX() - 1,
        () -> modulation().backward(shape, x, gains, dy, dx, dg, db, Stream.DEFAULT));
    assertThat(readFloats(y + 4 * (before + length - 1), 1)).containsExactly(3 * (length - 1) + 5);
    assertThat(readFloats(dx + 4 * (before + length - 1), 1)).containsExactly(6);
    assertThat(readFloats(dg + 4 * (rows - 1), 1)).containsExactly(length * (length - 1));
    assertThat(readFloats(db + 4 * (rows - 1), 1)).containsExactly(2 * length);
    for (long address : new long[] {x, dy, y, dx, gains, shifts, dg, db}) {
      driver.free(address);
    }
  }

  @Test
  void refusesBadAddressesAndSizes() {
    Stream stream = Stream.DEFAULT;
    Rows rows = new Rows(2, 3);
    assertRefused(() -> new Rows(-1, 3), "rows is -1, must be from 0 to ");
    assertRefused(() -> new Rows(1, -3), "length is -3, must be from 0 to ");
    assertRefused(() -> modulation().forward(rows, 0, 16, 16, 16, stream), "x is a null address");
    assertRefused(() -> modulation().forward(rows, 16, 18, 16, 16, stream), "gains is at address");
    assertRefused(() -> modulation().forward(rows, 16, 16, 19, 16, stream), "shifts is at address");
    assertRefused(() -> modulation().forward(rows, 16, 16, 16, 17, stream), "y is at address");
    assertRefused(
        () -> modulation().backward(rows, 16, 16, 0, 16, 16, 16, stream), "dy is a null address");
    assertRefused(
        () -> modulation().backward(rows, 16, 16, 16, 18, 16, 16, stream), "dx is at address");
    assertRefused(
        () -> modulation().backward(rows, 16, 16, 16, 16, 0, 16, stream), "dg is a null address");
    assertRefused(
        () -> modulation().backward(rows, 16, 16, 16, 16, 16, 0, stream), "db is a null address");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("film", call, message);
  }
}
