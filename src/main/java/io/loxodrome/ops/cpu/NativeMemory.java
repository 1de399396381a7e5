package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A tensor's memory on the CPU device: a block of the pool. */
final class NativeMemory extends Memory {
  private final NativePool pool;
  private final NativeBlock block;
  private @Nullable Arrangement arrangement;

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
    straighten();
    block.put(offset, source);
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    pool.requireOpen();
    requireRange(offset, target.remaining());
    straighten();
    block.get(offset, target);
  }

  private void straighten() {
    if (arrangement != null) {
      arrangement.undo(block);
      arrangement = null;
    }
  }

  /**
   * Says how the images that were written to a tensor stand.
   *
   * @param arrangement null if they are row-major
   */
  static void arrange(Tensor tensor, @Nullable Arrangement arrangement) {
    memory("images", tensor).arrangement = arrangement;
  }

  /** Whether a tensor's images stand in {@code layout}. */
  static boolean isArranged(Tensor tensor, Layout layout) {
    Arrangement found = arrangement(tensor);
    return found != null && found.layout().equals(layout);
  }

  /** How a tensor's images stand, null if row-major. */
  static @Nullable Arrangement arrangement(Tensor tensor) {
    return memory("images", tensor).arrangement;
  }

  /** The block behind a real tensor, its numbers in whatever order they stand. */
  static NativeBlock floatsAsTheyStand(String name, Tensor tensor) {
    requireType(name, tensor, ElementType.FLOAT32);
    return memory(name, tensor).block;
  }

  private static NativeMemory memory(String name, Tensor tensor) {
    if (tensor.memory() instanceof NativeMemory memory) {
      return memory;
    }
    throw new IllegalArgumentException(name + " " + tensor + " is not on the cpu device");
  }

  private static void requireType(String name, Tensor tensor, ElementType type) {
    if (tensor.type() != type) {
      throw new IllegalArgumentException(name + " is " + tensor.type() + ", expected " + type);
    }
  }

  /**
   * The block behind a tensor of this backend, row-major.
   *
   * @param name what the caller calls the tensor
   * @throws IllegalArgumentException if it lives elsewhere or has another element type
   */
  static NativeBlock block(String name, Tensor tensor, ElementType type) {
    NativeMemory memory = memory(name, tensor);
    requireType(name, tensor, type);
    memory.straighten();
    return memory.block;
  }

  /** The block behind a real tensor of this backend, row-major. */
  static NativeBlock floats(String name, Tensor tensor) {
    return block(name, tensor, ElementType.FLOAT32);
  }
}
