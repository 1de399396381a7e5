package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Copy;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.Stream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Launches are repeated on the second device, and a difference of one bit is found there. */
@Tag("ptx")
class SecondDeviceTest {
  private static final int WORDS = 37;

  private final PtxDriver executor = new PtxDriver(11);
  private final DeviceProperties properties = executor.device();

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void aLaunchThatLeavesTheSameIsCompared() {
    SecondDevice second = new SecondDevice(executor);
    copyWords(second);
    assertThat(second.compared()).isEqualTo(1);
    assertThat(executor.bytesInUse()).as("bytes left on the second device").isZero();
    assertThat(executor.takeLaunches())
        .extracting(LaunchRecord::kernel)
        .containsExactly("copy_words");
  }

  @Test
  void aBitThatDiffersIsFound() {
    SecondDevice second = new SecondDevice(changing(4 * WORDS - 4, word -> word ^ 1));
    assertThatThrownBy(() -> copyWords(second))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("kernel copy_words, LaunchShape[")
        .hasMessageContaining("byte %d of the allocation", 4 * WORDS - 4)
        .hasMessageEndingWith("on PTX executor");
  }

  @Test
  void aByteThatOnlyTheSecondDeviceWritesIsFound() {
    SecondDevice second = new SecondDevice(changing(4 * WORDS, word -> 0));
    assertThatThrownBy(() -> copyWords(second))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("byte %d of the allocation", 4 * WORDS);
  }

  @Test
  void singleBlocksAndSimulatedMemoryArePassedOver() {
    SecondDevice second = new SecondDevice(executor);
    try (PtxDriver driver = new PtxDriver(13, properties, Optional.of(second));
        Kernels kernels = new Kernels(driver)) {
      long target = driver.allocate(1024);
      long far = driver.allocateSparse(1L << 33, word -> (int) word);
      new Copy(kernels).copy(far, target, 256, Stream.DEFAULT);
      assertThat(second.passedOver()).isEqualTo(1);
      driver.onlyBlocks(block -> block == 0);
      new Copy(kernels).copy(target, far, 256, Stream.DEFAULT);
    }
    assertThat(second.compared()).isZero();
    assertThat(executor.takeLaunches()).isEmpty();
  }

  /** Numbers of approximate kernels may differ by so much; counts and exact kernels' may not. */
  @ParameterizedTest
  @CsvSource({
    "0x3f800000, 0x3f800001, true",
    "0x3f800000, 0x3f800100, false",
    "0x00000007, 0x00000008, false",
    "0x3f800000, 0x7fc00000, false",
    "0x00000000, 0x34000000, true",
    "0x00000000, 0x36000000, false"
  })
  void nearnessIsOfNumbers(String first, String second, boolean near) {
    assertThat(Nearness.of(Integer.decode(first), Integer.decode(second))).isEqualTo(near);
  }

  private void copyWords(SecondDevice second) {
    try (PtxDriver driver = new PtxDriver(13, properties, Optional.of(second));
        Kernels kernels = new Kernels(driver)) {
      long source = driver.allocate(4 * WORDS);
      long target = driver.allocate(4 * WORDS + 256);
      ByteBuffer words = ByteBuffer.allocate(4 * WORDS).order(ByteOrder.nativeOrder());
      for (int i = 0; i < WORDS; i++) {
        words.putInt(4 * i, 0x3f800000 + i);
      }
      driver.write(words, source, Stream.DEFAULT);
      new Copy(kernels).copy(source, target, WORDS, Stream.DEFAULT);
    }
  }

  /** A device that changes a word of what is read from allocations longer than the offset. */
  private Driver changing(int offset, IntUnaryOperator change) {
    return (Driver)
        Proxy.newProxyInstance(
            Driver.class.getClassLoader(),
            new Class<?>[] {Driver.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(executor, arguments);
                if (method.getName().equals("read")) {
                  ByteBuffer read = ((ByteBuffer) arguments[1]).order(ByteOrder.nativeOrder());
                  if (read.limit() > 4 * WORDS) {
                    read.putInt(offset, change.applyAsInt(read.getInt(offset)));
                  }
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
