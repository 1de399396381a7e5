package io.loxodrome.ops.cpu;

import io.loxodrome.ops.LayerNormalization;
import java.util.Arrays;

/**
 * Normalises one example after the other, on one worker.
 *
 * <p>Differences from the mean are taken from its {@linkplain Standard#origin single-precision
 * part}, and what that leaves of it is made up for in sums and offsets, so that a mean large beside
 * the deviation costs no digits.
 */
final class ExampleNormalization {
  private static final int X = 0;
  private static final int DY = 1;
  private static final int GAINS = 2;
  private static final int SHIFTS = 3;
  private static final int SUMS = 4;
  private static final int SQUARES = 5;

  private final Worker worker;
  private final LayerNormalization layer;
  private final ExampleChunks chunks;
  private final float[] x;

  ExampleNormalization(Worker worker, LayerNormalization layer) {
    this.worker = worker;
    this.layer = layer;
    this.chunks = new ExampleChunks(layer.channels(), layer.positions());
    this.x = worker.scratch(X, ExampleChunks.SIZE);
  }

  /**
   * The mean and deviation of example {@code i} of {@code input}; NaN where the variance is not
   * finite in single precision, so that it cannot pass for a large one.
   */
  Standard standard(NativeBlock input, int i) {
    float origin = estimate(input, i);
    float[] sums = lanes(SUMS);
    float[] squares = lanes(SQUARES);
    chunks.each(
        i,
        (first, count, channels) -> {
          input.get(first, x, 0, count);
          add(x, count, origin, sums, squares);
        });
    double rest = Sums.of(sums, 0, ExampleChunks.SIZE) / layer.elements();
    double square = Sums.of(squares, 0, ExampleChunks.SIZE) / layer.elements();
    double variance = Math.max(0, square - rest * rest);
    double inverse = 1 / Math.sqrt(variance + layer.epsilon());
    return new Standard(origin + rest, Double.isInfinite(variance) ? Double.NaN : inverse);
  }

  /** The mean of the example's beginning. */
  private float estimate(NativeBlock input, int i) {
    int count = Math.min(ExampleChunks.SIZE, layer.elements());
    input.get((long) i * layer.elements(), x, 0, count);
    return (float) (Sums.of(x, 0, count) / count);
  }

  /** Zeros, one for each element of a chunk. */
  private float[] lanes(int slot) {
    float[] lanes = worker.scratch(slot, ExampleChunks.SIZE);
    Arrays.fill(lanes, 0, ExampleChunks.SIZE, 0);
    return lanes;
  }

  private static void add(float[] x, int count, float origin, float[] sums, float[] squares) {
    for (int j = 0; j < count; j++) {
      float deviation = x[j] - origin;
      sums[j] += deviation;
      squares[j] += deviation * deviation;
    }
  }

  /** y = gain xhat + shift. */
  void apply(
      Standard standard,
      MixedRows gains,
      MixedRows shifts,
      NativeBlock input,
      NativeBlock output,
      int i) {
    float[] gain = gains.mix(i, worker.scratch(GAINS, layer.channels()));
    float[] shift = shifts.mix(i, worker.scratch(SHIFTS, layer.channels()));
    float origin = standard.origin();
    chunks.each(
        i,
        (first, count, channels) -> {
          input.get(first, x, 0, count);
          channels.each(
              (c, from, to) -> {
                double scale = gain[c] * standard.inverseDeviation();
                double offset = shift[c] - standard.rest() * scale;
                scale(x, from, to, origin, (float) scale, (float) offset);
              });
          output.put(first, x, 0, count);
        });
  }

  private static void scale(float[] x, int from, int to, float origin, float scale, float offset) {
    for (int j = from; j < to; j++) {
      x[j] = (x[j] - origin) * scale + offset;
    }
  }

  /**
   * gain_c = sum_p dy xhat and shift_c = sum_p dy.
   *
   * @param rounded the example's mean and deviation as they were stored
   * @return the same with the mean as exact as it can be had from x
   */
  Standard parameterGradients(
      Standard rounded,
      NativeBlock input,
      NativeBlock outputGradient,
      int i,
      float[] gain,
      float[] shift) {
    float[] dy = worker.scratch(DY, ExampleChunks.SIZE);
    Arrays.fill(gain, 0, layer.channels(), 0);
    Arrays.fill(shift, 0, layer.channels(), 0);
    float[] sums = lanes(SUMS);
    chunks.each(
        i,
        (first, count, channels) -> {
          input.get(first, x, 0, count);
          outputGradient.get(first, dy, 0, count);
          subtract(rounded.origin(), x, count, sums);
          channels.each(
              (c, from, to) -> {
                gain[c] += (float) Sums.ofProducts(x, dy, from, to);
                shift[c] += (float) Sums.of(dy, from, to);
              });
        });
    double rest = Sums.of(sums, 0, ExampleChunks.SIZE) / layer.elements();
    for (int c = 0; c < layer.channels(); c++) {
      gain[c] = (float) ((gain[c] - rest * shift[c]) * rounded.inverseDeviation());
    }
    return new Standard(rounded.mean() + rest, rounded.inverseDeviation());
  }

  /** x becomes x - origin, and is added to sums. */
  private static void subtract(float origin, float[] x, int count, float[] sums) {
    for (int j = 0; j < count; j++) {
      float deviation = x[j] - origin;
      x[j] = deviation;
      sums[j] += deviation;
    }
  }

  /**
   * dx = (h - mean(h) - xhat mean(h xhat)) / sqrt(variance + epsilon), where h = gain dy.
   *
   * @param exampleGain what {@link #parameterGradients} wrote, likewise the shift
   */
  void inputGradient(
      Standard standard,
      MixedRows gains,
      float[] exampleGain,
      float[] exampleShift,
      NativeBlock input,
      NativeBlock outputGradient,
      NativeBlock inputGradient,
      int i) {
    float[] dy = worker.scratch(DY, ExampleChunks.SIZE);
    float[] gain = gains.mix(i, worker.scratch(GAINS, layer.channels()));
    double inverse = standard.inverseDeviation();
    double mean = Sums.ofProducts(gain, exampleShift, 0, layer.channels()) / layer.elements();
    double along = Sums.ofProducts(gain, exampleGain, 0, layer.channels()) / layer.elements();
    double slope = -along * inverse * inverse;
    float origin = standard.origin();
    float offset = (float) (-mean * inverse - slope * standard.rest());
    chunks.each(
        i,
        (first, count, channels) -> {
          input.get(first, x, 0, count);
          outputGradient.get(first, dy, 0, count);
          channels.each(
              (c, from, to) -> {
                float scale = (float) (gain[c] * inverse);
                combine(x, dy, from, to, origin, (float) slope, scale, offset);
              });
          inputGradient.put(first, x, 0, count);
        });
  }

  /** x becomes scale dy + slope (x - origin) + offset. */
  private static void combine(
      float[] x,
      float[] dy,
      int from,
      int to,
      float origin,
      float slope,
      float scale,
      float offset) {
    for (int j = from; j < to; j++) {
      x[j] = scale * dy[j] + (slope * (x[j] - origin) + offset);
    }
  }
}
