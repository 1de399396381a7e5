package io.loxodrome.ops.cpu;

import org.jspecify.annotations.Nullable;

/** Takes what a kernel writes in its own layout to where it is wanted in another. */
final class Outlet implements AutoCloseable {
  private final @Nullable Reorder reorder;
  private final Workspace buffer;

  Outlet(Worker worker, Layout from, Layout to) {
    boolean same = from.equals(to);
    this.reorder = same ? null : new Reorder(worker, new Reorder.Key(from, to));
    this.buffer = worker.workspace(same ? 0 : from.bytes());
  }

  /** Where the kernel is to write what belongs at {@code destination}. */
  long address(long destination) {
    return reorder == null ? destination : buffer.address();
  }

  /** Delivers what the kernel wrote. */
  void deliver(long destination) {
    if (reorder != null) {
      reorder.run(buffer.address(), destination);
    }
  }

  @Override
  public void close() {
    if (reorder != null) {
      reorder.close();
    }
    buffer.close();
  }
}
