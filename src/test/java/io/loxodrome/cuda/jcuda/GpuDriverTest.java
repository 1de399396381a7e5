package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Graph;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the driver does on a GPU when things go wrong, and what its memory holds then. */
@Tag("gpu")
class GpuDriverTest {
  private static final int BYTES = 1 << 20;

  private static final String WRITES_TO_8 =
      """
      .version 6.3
      .target sm_75
      .address_size 64
      .visible .entry write_to_8()
      {
        .reg .b32 %r<2>;
        .reg .b64 %rd<2>;
        mov.u64 %rd1, 8;
        mov.u32 %r1, 1;
        st.global.u32 [%rd1], %r1;
        ret;
      }
      """;

  @Test
  void aLaunchThatFaultsLosesItsContextAndNoOther() {
    try (Driver bystander = JCudaDriver.open(0)) {
      long kept = filled(bystander, 3);
      Driver broken = JCudaDriver.open(0);
      long block = filled(broken, 5);
      Kernel kernel = broken.kernel(broken.load("fault.ptx", WRITES_TO_8), "write_to_8");
      broken.launch(kernel, LaunchShape.row(1, 1), Arguments.of("write_to_8"), Stream.DEFAULT);
      assertThatThrownBy(() -> broken.synchronize(Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
      assertThatThrownBy(() -> broken.fill(block, (byte) 1, BYTES, Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("lost")
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
      broken.free(block);
      broken.close();
      broken.close();
      requireHolds(bystander, kept, 3);
      bystander.free(kept);
    }
    try (Driver next = JCudaDriver.open(0)) {
      long block = filled(next, 7);
      requireHolds(next, block, 7);
      next.free(block);
    }
  }

  private static long filled(Driver driver, int value) {
    long block = driver.allocate(BYTES);
    driver.fill(block, (byte) value, BYTES, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    return block;
  }

  private static void requireHolds(Driver driver, long block, int value) {
    byte[] expected = new byte[BYTES];
    Arrays.fill(expected, (byte) value);
    ByteBuffer actual = ByteBuffer.allocate(BYTES);
    driver.read(block, actual, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    assertThat(actual.array()).isEqualTo(expected);
  }

  @Test
  void memoryThatIsNotThereIsAnErrorAndNothingElse() {
    try (Driver driver = JCudaDriver.open(0)) {
      long left = driver.bytesLeft();
      assertThatThrownBy(() -> driver.allocate(left + (1L << 30)))
          .isInstanceOf(OutOfMemoryException.class)
          .hasMessageContaining(String.valueOf(left + (1L << 30)))
          .hasMessageContaining(driver.device().name());
      assertThat(driver.bytesLeft()).isGreaterThan(left - BYTES);
      long block = filled(driver, 9);
      requireHolds(driver, block, 9);
      driver.free(block);
    }
  }

  @Test
  void pooledMemoryIsUsedAgainAndGivenBackAtTheEnd() {
    try (Driver observer = JCudaDriver.open(0)) {
      Driver driver = JCudaDriver.open(0);
      assertThat(driver.hasMemoryPools()).isTrue();
      long withContext = observer.bytesLeft();
      Stream stream = driver.createStream();
      long leftAfterFirst = 0;
      for (int round = 0; round < 1000; round++) {
        long block = driver.allocate(64L * BYTES, stream);
        driver.fill(block, (byte) round, 64L * BYTES, stream);
        driver.free(block, stream);
        if (round == 0) {
          driver.synchronize(stream);
          leftAfterFirst = observer.bytesLeft();
        }
      }
      driver.synchronize(stream);
      assertThat(observer.bytesLeft()).isEqualTo(leftAfterFirst).isLessThan(withContext);
      driver.destroy(stream);
      driver.close();
      assertThat(observer.bytesLeft()).isGreaterThanOrEqualTo(withContext);
    }
  }

  @Test
  void aGraphDoesWhatWasCaptured() {
    try (Driver driver = JCudaDriver.open(0)) {
      Stream stream = driver.createStream();
      long source = filled(driver, 1);
      long target = filled(driver, 2);
      driver.beginCapture(stream);
      driver.copy(source, target, BYTES, stream);
      driver.fill(source, (byte) 4, BYTES, stream);
      Graph graph = driver.endCapture(stream);
      requireHolds(driver, target, 2);
      driver.launch(graph, stream);
      driver.synchronize(stream);
      requireHolds(driver, target, 1);
      driver.launch(graph, stream);
      driver.synchronize(stream);
      requireHolds(driver, target, 4);
      driver.destroy(graph);
      driver.destroy(stream);
      driver.free(source);
      driver.free(target);
    }
  }
}
