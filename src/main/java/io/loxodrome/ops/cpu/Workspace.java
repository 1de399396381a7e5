package io.loxodrome.ops.cpu;

/** A block of the pool that an operator or a kernel uses for itself. */
final class Workspace implements AutoCloseable {
  private final NativePool pool;
  private final NativeBlock block;

  Workspace(NativePool pool, long bytes) {
    this.pool = pool;
    this.block = pool.take(bytes);
  }

  NativeBlock block() {
    return block;
  }

  long address() {
    return block.address();
  }

  @Override
  public void close() {
    pool.giveBack(block);
  }
}
