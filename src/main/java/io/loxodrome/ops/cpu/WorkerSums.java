package io.loxodrome.ops.cpu;

/** One array of floats per worker, to be summed up in the workers' order. */
final class WorkerSums implements AutoCloseable {
  private static final int GRAIN = 16;

  private final Workers workers;
  private final int elements;
  private final Workspace arrays;

  WorkerSums(NativePool pool, Workers workers, int elements) {
    this.workers = workers;
    this.elements = elements;
    this.arrays = new Workspace(pool, (long) workers.count() * elements * Float.BYTES);
  }

  /** Where the array of the worker with this index begins. */
  long address(int worker) {
    return arrays.address() + (long) worker * elements * Float.BYTES;
  }

  /** A block that begins with the first worker's array. */
  NativeBlock first() {
    return arrays.block();
  }

  /** Writes the sum of the first {@code count} arrays to the start of {@code target}. */
  void addInto(NativeBlock target, int count) {
    workers.slices(
        elements, GRAIN, (worker, from, to) -> addSlice(worker, target, count, from, to));
  }

  private void addSlice(Worker worker, NativeBlock target, int count, int from, int to) {
    float[] sum = worker.scratch(0, Worker.CHUNK);
    float[] term = worker.scratch(1, Worker.CHUNK);
    for (int start = from; start < to; start += Worker.CHUNK) {
      int length = Math.min(Worker.CHUNK, to - start);
      arrays.block().get(start, sum, 0, length);
      for (int w = 1; w < count; w++) {
        arrays.block().get((long) w * elements + start, term, 0, length);
        for (int i = 0; i < length; i++) {
          sum[i] += term[i];
        }
      }
      target.put(start, sum, 0, length);
    }
  }

  @Override
  public void close() {
    arrays.close();
  }
}
