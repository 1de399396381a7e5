package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.Copy;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The executor and a GPU leave the same bits. What this shows of one launch holds for every launch
 * of the shipped kernels by the tests of the same run, which fail where the two differ.
 */
@Tag("gpu")
class GpuBitsTest {
  private static final int WORDS = 10_001;

  @Test
  void launchesAreRepeatedOnTheGpu() {
    SecondDevice gpu =
        Gpu.second()
            .orElseThrow(() -> new AssertionError("not asked for: set -Dloxodrome.test.gpu=true"));
    long before = gpu.compared();
    try (PtxDriver driver = new PtxDriver(1);
        Kernels kernels = new Kernels(driver)) {
      long source = driver.allocate(4 * WORDS);
      long target = driver.allocate(4 * WORDS);
      driver.fill(source, (byte) 0x3C, 4 * WORDS, Stream.DEFAULT);
      new Copy(kernels).copy(source, target, WORDS, Stream.DEFAULT);
    }
    assertThat(gpu.compared()).isEqualTo(before + 1);
  }
}
