package io.loxodrome.ops.cpu;

import org.jspecify.annotations.Nullable;

/** Modulates one example after the other, on one worker: y_cp = (1 + g_c) x_cp + b_c. */
final class ExampleModulation {
  private static final int X = 0;
  private static final int DY = 1;

  private final ExampleChunks chunks;
  private final float[] x;
  private final float[] dy;

  ExampleModulation(Worker worker, ExampleChunks chunks) {
    this.chunks = chunks;
    this.x = worker.scratch(X, ExampleChunks.SIZE);
    this.dy = worker.scratch(DY, ExampleChunks.SIZE);
  }

  /**
   * Writes y of example {@code i}.
   *
   * @param gains g of all examples
   * @param shifts b of all examples
   */
  void apply(int i, float[] gains, float[] shifts, NativeBlock input, NativeBlock output) {
    int row = i * chunks.channels();
    chunks.each(
        i,
        (first, count, channels) -> {
          input.get(first, x, 0, count);
          channels.each((c, from, to) -> scale(x, from, to, 1 + gains[row + c], shifts[row + c]));
          output.put(first, x, 0, count);
        });
  }

  /**
   * Writes dx of example {@code i}, unless nobody needs it, and its part of dg and db, which are 0.
   */
  void goBack(
      int i,
      float[] gains,
      NativeBlock input,
      NativeBlock outputGradient,
      @Nullable NativeBlock inputGradient,
      float[] gainGradient,
      float[] shiftGradient) {
    int row = i * chunks.channels();
    chunks.each(
        i,
        (first, count, channels) -> {
          input.get(first, x, 0, count);
          outputGradient.get(first, dy, 0, count);
          channels.each(
              (c, from, to) -> {
                gainGradient[row + c] += (float) Sums.ofProducts(x, dy, from, to);
                shiftGradient[row + c] += (float) Sums.of(dy, from, to);
                scale(dy, from, to, 1 + gains[row + c], 0);
              });
          if (inputGradient != null) {
            inputGradient.put(first, dy, 0, count);
          }
        });
  }

  private static void scale(float[] x, int from, int to, float scale, float shift) {
    for (int j = from; j < to; j++) {
      x[j] = scale * x[j] + shift;
    }
  }
}
