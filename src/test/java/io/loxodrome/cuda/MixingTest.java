package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.DoubleSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of the mixing kernels share: sizes, numbers and gradients. */
abstract class MixingTest extends SparseKernelTest {
  /** Every n that has its own way through a kernel, and its neighbours. */
  static final List<Integer> BASIS_SIZES = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33, 64, 200);

  /** Every length that fills a vector, a warp or a block, and its neighbours. */
  static final List<Integer> LENGTHS = List.of(1, 15, 16, 17, 127, 128, 129, 1000);

  /** Standard normal numbers as the storage holds them. */
  double[] normals(Storage storage, long count) {
    return Numbers.rounded(storage, draw.normals(count));
  }

  /** Whole numbers from -3 to 3, told by where they stand. */
  static double numberAt(long index) {
    return Math.floorMod((index * 0x9E3779B97F4A7C15L) >>> 40, 7) - 3;
  }

  /**
   * So many bytes of device memory that start off a 256-byte boundary and hold {@link #numberAt}.
   */
  long numbers(long bytes, int bytesOff) {
    int wordsOff = bytesOff / Float.BYTES;
    return bytesOff
        + driver.allocateSparse(
            bytesOff + bytes, word -> Float.floatToRawIntBits((float) numberAt(word - wordsOff)));
  }

  /** Frees what {@link #numbers} gave, and forgets the launches that worked on it. */
  void freeNumbers(int bytesOff, long... addresses) {
    for (long address : addresses) {
      driver.free(address - bytesOff);
    }
    driver.takeLaunches();
  }

  /**
   * The gradient of a function by central differences.
   *
   * @param inputs where the function reads its inputs; as they were when this returns
   */
  static double[] centralDifferences(double[] inputs, double step, DoubleSupplier function) {
    double[] gradient = new double[inputs.length];
    for (int j = 0; j < inputs.length; j++) {
      double held = inputs[j];
      inputs[j] = held + step;
      double above = function.getAsDouble();
      inputs[j] = held - step;
      double below = function.getAsDouble();
      inputs[j] = held;
      gradient[j] = (above - below) / (2 * step);
    }
    return gradient;
  }

  /** The call is refused with a message that begins so. */
  static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
