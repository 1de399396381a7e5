package io.loxodrome.ops.cpu;

import org.jspecify.annotations.Nullable;

/** Brings an array into the layout a kernel reads; does nothing if it has that layout already. */
final class Inlet implements AutoCloseable {
  private final @Nullable Reorder reorder;
  private final Workspace buffer;

  Inlet(Worker worker, Layout from, Layout to) {
    boolean same = from.equals(to);
    this.reorder = same ? null : new Reorder(worker, new Reorder.Key(from, to));
    this.buffer = worker.workspace(same ? 0 : to.bytes());
  }

  /** Where the array at {@code source} is in the kernel's layout, until the next call. */
  long read(long source) {
    if (reorder == null) {
      return source;
    }
    reorder.run(source, buffer.address());
    return buffer.address();
  }

  @Override
  public void close() {
    if (reorder != null) {
      reorder.close();
    }
    buffer.close();
  }
}
