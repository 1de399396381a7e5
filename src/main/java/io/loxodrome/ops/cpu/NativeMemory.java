package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;

/** A tensor's memory on the CPU device: a block of the pool. */
final class NativeMemory extends Memory {
  private final NativePool pool;
  private final NativeBlock block;

  private NativeMemory(NativePool pool, NativeBlock block, long bytes) {
    super(bytes, () -> pool.giveBack(block));
    this.pool = pool;
    this.block = block;
  }

  static NativeMemory take(NativePool pool, long bytes) {
    return new NativeMemory(pool, pool.take(bytes), bytes);
  }

  /** Whether the block is out of {@code other}. */
  boolean isOf(NativePool other) {
    return pool == other;
  }

  @Override
  public void write(long offset, ByteBuffer source) {
    pool.requireOpen();
    requireRange(offset, source.remaining());
    block.put(offset, source);
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    pool.requireOpen();
    requireRange(offset, target.remaining());
    block.get(offset, target);
  }

  /**
   * The block behind a tensor of this backend.
   *
   * @param name what the caller calls the tensor
   * @throws IllegalArgumentException if it lives elsewhere or has another element type
   */
  static NativeBlock block(String name, Tensor tensor, ElementType type) {
    if (!(tensor.memory() instanceof NativeMemory memory)) {
      throw new IllegalArgumentException(name + " " + tensor + " is not on the cpu device");
    }
    if (tensor.type() != type) {
      throw new IllegalArgumentException(name + " is " + tensor.type() + ", expected " + type);
    }
    return memory.block;
  }

  /** The block behind a real tensor of this backend. */
  static NativeBlock floats(String name, Tensor tensor) {
    return block(name, tensor, ElementType.FLOAT32);
  }
}
