package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/** Sets memory to 0: the gradients of an empty batch. */
final class Zeros {
  private Zeros() {}

  /**
   * All of a tensor.
   *
   * @param name what the caller calls it
   */
  static void write(Workers workers, String name, Tensor tensor) {
    NativeBlock block = NativeMemory.floats(name, tensor);
    workers.slices(
        Math.toIntExact(tensor.size()),
        Worker.CHUNK,
        (worker, from, to) -> {
          float[] zeros = worker.scratch(0, Worker.CHUNK);
          Arrays.fill(zeros, 0, Worker.CHUNK, 0);
          for (int first = from; first < to; first += Worker.CHUNK) {
            block.put(first, zeros, 0, Math.min(Worker.CHUNK, to - first));
          }
        });
  }
}
