package io.loxodrome.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTest {
  @Test
  void closingTwiceReleasesOnce() {
    ArrayMemory memory = ArrayMemory.of(8);
    assertThat(memory.releases()).isZero();
    memory.close();
    memory.close();
    assertThat(memory.releases()).isEqualTo(1);
  }

  @Test
  void useAfterCloseIsRefused() {
    ArrayMemory memory = ArrayMemory.of(8);
    assertThatCode(memory::requireOpen).doesNotThrowAnyException();
    memory.close();
    assertThatThrownBy(memory::requireOpen)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("memory of 8 bytes was used after close");
    assertThatThrownBy(() -> memory.read(0, ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> memory.write(0, ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTensorThatOwnsItsMemoryClosesIt() {
    ArrayMemory memory = ArrayMemory.of(8);
    Tensor tensor = Tensor.over(memory, ElementType.FLOAT64, Shape.of(1));
    tensor.close();
    tensor.close();
    assertThat(memory.releases()).isEqualTo(1);
    assertThatThrownBy(tensor::memory).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({"0,9", "8,1", "5,4", "-1,1", "9,0", "9223372036854775807,1"})
  void aRangeThatLeavesTheBlockIsRefused(long offset, int length) {
    try (ArrayMemory memory = ArrayMemory.of(8)) {
      assertThatThrownBy(() -> memory.read(offset, ByteBuffer.allocate(length)))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("of a block of 8");
    }
  }

  @ParameterizedTest
  @CsvSource({"0,8", "8,0", "5,3", "0,0"})
  void aRangeWithinTheBlockIsTaken(long offset, int length) {
    try (ArrayMemory memory = ArrayMemory.of(8)) {
      assertThatCode(() -> memory.read(offset, ByteBuffer.allocate(length)))
          .doesNotThrowAnyException();
    }
  }
}
