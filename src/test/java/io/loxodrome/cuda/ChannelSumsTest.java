package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelSumsTest extends SparseKernelTest {
  private static final Storage F32 = Storage.FLOAT32;
  private static final double NAN = Double.NaN;

  private ChannelSums sums() {
    return new ChannelSums(kernels);
  }

  private static double[] summed(int rows, int length, double[] d, double[] z) {
    double[] sums = new double[rows];
    for (int r = 0; r < rows; r++) {
      for (int j = r * length; j < (r + 1) * length; j++) {
        sums[r] += z[j] > 0 ? d[j] : 0;
      }
    }
    return sums;
  }

  /** ReLU's outputs: about half of them 0. */
  private double[] activations(long count) {
    double[] z = draw.normals(count);
    for (int j = 0; j < z.length; j++) {
      z[j] = Math.max(0, z[j]);
    }
    return z;
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1, 5",
    "1, 16",
    "1, 129",
    "3, 1",
    "1000, 1",
    "1000, 2",
    "700, 3",
    "700, 4",
    "300, 9",
    "300, 12",
    "129, 15",
    "128, 16",
    "127, 17",
    "60, 36",
    "61, 49",
    "33, 64",
    "20, 127",
    "20, 128",
    "20, 129",
    "9, 196",
    "9, 784",
    "5, 1000",
    "5, 1024",
    "3, 2047",
    "3, 2048",
    "3, 2049",
    "3, 2052",
    "9, 4099",
    "2, 8192",
    "1, 100000",
    "1, 99999",
    "0, 7",
    "0, 5000",
    "7, 0"
  })
  void sumsEachRow(int rows, int length) {
    useMultiprocessors(2);
    double[] numbers = aboutOne((long) rows * length);
    double[] mask = activations((long) rows * length);
    String shape = rows + " x " + length;
    for (int off = 0; off < 2; off++) {
      long d = input(F32, numbers, off).address();
      long z = input(F32, mask, off).address();
      DeviceArray masked = output(F32, rows, off);
      DeviceArray all = output(F32, rows, off);
      sums().sums(rows, length, d, z, masked.address(), Stream.DEFAULT);
      sums().sums(rows, length, d, 0, all.address(), Stream.DEFAULT);
      verify(
          shape,
          new Output(masked, F32, summed(rows, length, numbers, mask), length),
          new Output(all, F32, summed(rows, length, numbers, ones(numbers.length)), length));
    }
  }

  /**
   * Normal with mean 1: a sum of few rows must not cancel to nothing, for its error is relative.
   */
  private double[] aboutOne(long count) {
    double[] numbers = draw.normals(count);
    for (int j = 0; j < numbers.length; j++) {
      numbers[j] += 1;
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 30, 3000, 4096})
  void aNanSpoilsItsRowUnlessTheMaskHidesIt(int length) {
    double[] numbers = new double[5 * length];
    double[] mask = ones(5 * length);
    numbers[length] = NAN;
    numbers[2 * length] = NAN;
    mask[2 * length] = 0;
    mask[3 * length] = NAN;
    numbers[3 * length] = 7;
    DeviceArray result = output(F32, 5);
    long d = input(F32, numbers).address();
    long z = input(F32, mask).address();
    sums().sums(5, length, d, z, result.address(), Stream.DEFAULT);
    assertThat(Numbers.values(F32, result.read())).containsExactly(0, NAN, 0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 1999, 30011})
  void sumsHaveTheSameBitsWhateverTheOrderOfBlocks(int length) {
    double[] numbers = draw.normals(9L * length);
    Work work =
        (other, loaded) -> {
          DeviceArray result = DeviceArray.unwritten(other, 0, 9 * Float.BYTES);
          long d = DeviceArray.of(other, numbers).address();
          new ChannelSums(loaded).sums(9, length, d, 0, result.address(), Stream.DEFAULT);
          return result.read();
        };
    assertThat(elsewhere(work)).isEqualTo(elsewhere(work));
  }

  @ParameterizedTest
  @CsvSource({"256, 16", "64, 64", "64, 1024", "8, 8192"})
  void movesEachSectorOnce(int rows, int length) {
    double[] numbers = draw.normals((long) rows * length);
    double[] mask = activations((long) rows * length);
    DeviceArray result = output(F32, rows);
    long d = input(F32, numbers).address();
    long z = input(F32, mask).address();
    sums().sums(rows, length, d, z, result.address(), Stream.DEFAULT);
    Output output = new Output(result, F32, summed(rows, length, numbers, mask), length);
    long ideal = 8L * rows * length;
    Traffic traffic = measure(rows + " x " + length, (long) rows * length, ideal, output);
    // A block's few sums take up a sector, those of long rows one each.
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(1 + 32.0 * rows / ideal);
    assertThat(traffic.sectorsOverFewest()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"256, 49", "64, 169", "8, 5001"})
  void movesLittleMoreForOddRows(int rows, int length) {
    double[] numbers = draw.normals((long) rows * length);
    DeviceArray result = output(F32, rows);
    long d = input(F32, numbers).address();
    sums().sums(rows, length, d, 0, result.address(), Stream.DEFAULT);
    double[] expected = summed(rows, length, numbers, ones(numbers.length));
    Output output = new Output(result, F32, expected, length);
    long ideal = 4L * rows * (length + 1);
    Traffic traffic = measure(rows + " x " + length, (long) rows * length, ideal, output);
    assertThat(traffic.movedOverIdeal()).isLessThan(1.1);
  }

  @Test
  void takesWideAccessesWhereverTheyFit() {
    long d = input(F32, draw.normals(6000)).address();
    long result = output(F32, 8).address();
    sums().sums(2, 16, d, d + 16, result + 4, Stream.DEFAULT);
    sums().sums(2, 16, d, d + 4, result, Stream.DEFAULT);
    sums().sums(2, 15, d, 0, result, Stream.DEFAULT);
    sums().sums(2, 2048, d, 0, result, Stream.DEFAULT);
    sums().sums(2, 2052, d, 0, result, Stream.DEFAULT);
    sums().sums(2, 2049, d, 0, result, Stream.DEFAULT);
    assertThat(driver.takeLaunches())
        .extracting("kernel")
        .containsExactly(
            "sums_rows_x4",
            "sums_rows_x1",
            "sums_rows_x1",
            "sums_rows_x4",
            "sums_long_x4",
            "sums_long_x1");
  }

  /** The last row lies past 2^31 elements. */
  @ParameterizedTest
  @ValueSource(ints = {128, 127, 4096, 4095})
  void reachesPastTwoToThe31(int length) {
    useMultiprocessors(1 << 20);
    long rows = (1L << 31) / length + 2;
    long before = (rows - 1) * length;
    long d = driver.allocateSparse(4 * (before + length), word -> bits(word < before ? 0 : 2));
    long z = driver.allocateSparse(4 * (before + length), word -> bits(word - before));
    long result = driver.allocateSparse(4 * rows, word -> bits(-1));
    onlyBlock(
        grid -> grid.blocksX() - 1, () -> sums().sums(rows, length, d, z, result, Stream.DEFAULT));
    assertThat(readFloats(result + 4 * (rows - 1), 1)).containsExactly(2 * (length - 1));
    for (long address : new long[] {d, z, result}) {
      driver.free(address);
    }
  }

  @Test
  void refusesBadAddressesAndSizes() {
    Stream stream = Stream.DEFAULT;
    assertRefused(() -> sums().sums(1, 1, 0, 0, 256, stream), "d is a null address");
    assertRefused(() -> sums().sums(1, 1, 256, 0, 0, stream), "result is a null address");
    assertRefused(() -> sums().sums(1, 1, 257, 0, 512, stream), "d is at address 0x101, which");
    assertRefused(() -> sums().sums(1, 1, 256, 258, 512, stream), "z is at address 0x102, which");
    assertRefused(() -> sums().sums(1, 1, 256, 0, 510, stream), "result is at address 0x1fe");
    assertRefused(() -> sums().sums(-1, 1, 256, 0, 512, stream), "rows is -1, must be from 0 to ");
    assertRefused(
        () -> sums().sums(1, -1, 256, 0, 512, stream), "length is -1, must be from 0 to ");
    assertRefused(
        () -> sums().sums(1L << 40, 1L << 22, 256, 0, 512, stream),
        "rows is 1099511627776, must be from 0 to 549755813887");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertRefusedBy("sums_", call, message);
  }
}
