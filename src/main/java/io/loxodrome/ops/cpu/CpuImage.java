package io.loxodrome.ops.cpu;

import io.loxodrome.ops.ImageOperators;
import io.loxodrome.ops.NoiseSource;
import io.loxodrome.ops.Normalization;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;

/** Image operators, one example at a time. */
final class CpuImage implements ImageOperators {
  private final Workers workers;

  CpuImage(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void rotate(
      Tensor images,
      Tensor indices,
      Tensor turns,
      Tensor shrinks,
      Normalization normalization,
      Tensor output) {
    int[] index = indices.toInts();
    double[] s = turns.toDoubles();
    double[] r = shrinks.toDoubles();
    Values.requireBelow("indices", index, images.shape().dimension(0));
    Values.requireFinite("turns", s);
    Values.requireWithin("shrinks", r, LEAST_SHRINK, MOST_SHRINK);
    int size = Math.toIntExact(images.shape().rowSize());
    NativeBlock stored = NativeMemory.block("images", images, ElementType.UINT8);
    NativeBlock x = NativeMemory.floats("output", output);
    workers.slices(
        index.length,
        1,
        (worker, from, to) -> {
          Rotation rotation = new Rotation(images.shape(), normalization);
          byte[] pixels = new byte[size];
          float[] rotated = worker.scratch(0, size);
          for (int i = from; i < to; i++) {
            stored.get((long) index[i] * size, pixels, 0, size);
            rotation.apply(pixels, s[i], r[i], rotated);
            x.put((long) i * size, rotated, 0, size);
          }
        });
  }

  @Override
  public void addNoise(Tensor x, Tensor amounts, NoiseSource noise) {
    double[] t = amounts.toDoubles();
    Values.requireWithin("amounts", t, 0, 1);
    int size = Math.toIntExact(x.shape().rowSize());
    NativeBlock block = NativeMemory.floats("x", x);
    workers.slices(
        t.length,
        1,
        (worker, from, to) -> {
          float[] values = worker.scratch(0, size);
          float[] eta = new float[size];
          for (int i = from; i < to; i++) {
            block.get((long) i * size, values, 0, size);
            noise.normals(i, eta);
            blend(values, (float) t[i], eta);
            block.put((long) i * size, values, 0, size);
          }
        });
  }

  /** x = (1 - t) x + t eta. */
  private static void blend(float[] x, float t, float[] eta) {
    for (int e = 0; e < eta.length; e++) {
      x[e] = (1 - t) * x[e] + t * eta[e];
    }
  }
}
