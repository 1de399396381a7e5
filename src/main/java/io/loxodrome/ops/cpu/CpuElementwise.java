package io.loxodrome.ops.cpu;

import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/** Elementwise loops over heap chunks that stay in the first-level cache. */
final class CpuElementwise implements ElementwiseOperators {
  /** Below this many elements waking a second worker costs more than it saves. */
  private static final int GRAIN = 4 * Worker.CHUNK;

  private final Workers workers;

  CpuElementwise(Workers workers) {
    this.workers = workers;
  }

  /** Works on one chunk: {@code count} elements from {@code first} on. */
  private interface Chunk {
    void run(Worker worker, long first, int count);
  }

  private void chunks(Tensor over, Chunk chunk) {
    long size = over.size();
    int grains = Math.toIntExact((size + GRAIN - 1) / GRAIN);
    workers.slices(
        grains,
        1,
        (worker, from, to) -> {
          long end = Math.min(size, (long) to * GRAIN);
          for (long first = (long) from * GRAIN; first < end; first += Worker.CHUNK) {
            chunk.run(worker, first, (int) Math.min(Worker.CHUNK, end - first));
          }
        });
  }

  @Override
  public void fill(Tensor x, double value) {
    NativeBlock block = NativeMemory.floats("x", x);
    chunks(
        x,
        (worker, first, count) -> {
          float[] values = worker.scratch(0, count);
          Arrays.fill(values, 0, count, (float) value);
          block.put(first, values, 0, count);
        });
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    NativeBlock source = NativeMemory.floats("x", x);
    NativeBlock target = NativeMemory.floats("y", y);
    chunks(
        x,
        (worker, first, count) -> {
          float[] values = worker.scratch(0, count);
          source.get(first, values, 0, count);
          target.put(first, values, 0, count);
        });
  }

  @Override
  public void repeat(Tensor x, Tensor y) {
    NativeBlock source = NativeMemory.floats("x", x);
    NativeBlock target = NativeMemory.floats("y", y);
    chunks(
        x,
        (worker, first, count) -> {
          float[] values = worker.scratch(0, count);
          source.get(first, values, 0, count);
          for (long start = 0; start < y.size(); start += x.size()) {
            target.put(start + first, values, 0, count);
          }
        });
  }

  @Override
  public void addScaled(Tensor y, double factor, Tensor x) {
    NativeBlock source = NativeMemory.floats("x", x);
    NativeBlock target = NativeMemory.floats("y", y);
    float scale = (float) factor;
    chunks(
        y,
        (worker, first, count) -> {
          float[] sum = worker.scratch(0, count);
          float[] term = worker.scratch(1, count);
          target.get(first, sum, 0, count);
          source.get(first, term, 0, count);
          for (int i = 0; i < count; i++) {
            sum[i] += scale * term[i];
          }
          target.put(first, sum, 0, count);
        });
  }

  @Override
  public void relu(Tensor x, Tensor y) {
    NativeBlock source = NativeMemory.floats("x", x);
    NativeBlock target = NativeMemory.floats("y", y);
    chunks(
        x,
        (worker, first, count) -> {
          float[] values = worker.scratch(0, count);
          source.get(first, values, 0, count);
          Rectifier.rectify(values, count);
          target.put(first, values, 0, count);
        });
  }

  @Override
  public void reluBackward(Tensor y, Tensor outputGradient, Tensor inputGradient) {
    NativeBlock output = NativeMemory.floats("y", y);
    NativeBlock source = NativeMemory.floats("outputGradient", outputGradient);
    NativeBlock target = NativeMemory.floats("inputGradient", inputGradient);
    chunks(
        y,
        (worker, first, count) -> {
          float[] values = worker.scratch(0, count);
          float[] gradient = worker.scratch(1, count);
          output.get(first, values, 0, count);
          source.get(first, gradient, 0, count);
          Rectifier.mask(values, gradient, count);
          target.put(first, gradient, 0, count);
        });
  }
}
