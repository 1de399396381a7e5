package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class NativeBlockTest {
  private static final long GIB = 1L << 30;

  @Test
  void blocksBeginAtACacheLine() {
    NativeBlock block = new NativeBlock(100);
    assertThat(block.address() % NativeBlock.ALIGNMENT).isZero();
    block.free();
  }

  /** A block larger than one Java buffer; of its gigabyte only the pages touched become real. */
  @Test
  void floatsBeyondTheFirstWindowAreWhereTheyBelong() {
    NativeBlock block = new NativeBlock(GIB + 64);
    long first = GIB / Float.BYTES - 3;
    block.put(first, new float[] {0, 1, 2, 3, 4, 5, 6}, 1, 6);
    float[] back = new float[8];
    block.get(first, back, 2, 6);
    assertThat(back).containsExactly(0, 0, 1, 2, 3, 4, 5, 6);
    block.get(first + 3, back, 0, 1);
    assertThat(back[0]).isEqualTo(4);
    block.free();
  }

  @Test
  void bytesBeyondTheFirstWindowAreWhereTheyBelong() {
    NativeBlock block = new NativeBlock(GIB + 64);
    ByteBuffer source = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    source.putLong(0, 0x0102030405060708L);
    block.put(GIB - 4, source);
    assertThat(source.hasRemaining()).isFalse();
    ByteBuffer target = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    block.get(GIB - 4, target);
    assertThat(target.getLong(0)).isEqualTo(0x0102030405060708L);
    byte[] bytes = new byte[3];
    block.get(GIB - 1, bytes, 1, 2);
    assertThat(bytes).containsExactly(0, target.get(3), target.get(4));
    block.free();
  }
}
