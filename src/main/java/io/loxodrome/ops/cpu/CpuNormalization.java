package io.loxodrome.ops.cpu;

import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Moments;
import io.loxodrome.ops.NormalizationOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Normalisation in heap chunks, examples side by side, all sums in a fixed order. */
final class CpuNormalization implements NormalizationOperators {
  /** Channels of a slice: fewer are not worth a worker. */
  private static final int GRAIN = 16;

  private final Workers workers;

  CpuNormalization(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void forward(
      LayerNormalization layer, Mixture parameters, Tensor input, Tensor output, Moments moments) {
    float[] a = parameters.coefficients().toFloats();
    float[] means = new float[parameters.batch()];
    float[] inverseDeviations = new float[parameters.batch()];
    NativeBlock x = NativeMemory.floats("input", input);
    NativeBlock y = NativeMemory.floats("output", output);
    MixedRows gains = new MixedRows(a, parameters.weights());
    MixedRows shifts = new MixedRows(a, parameters.bias());
    workers.slices(
        parameters.batch(),
        1,
        (worker, from, to) -> {
          ExampleNormalization example = new ExampleNormalization(worker, layer);
          for (int i = from; i < to; i++) {
            Standard standard = example.standard(x, i);
            example.apply(standard, gains, shifts, x, y, i);
            means[i] = (float) standard.mean();
            inverseDeviations[i] = (float) standard.inverseDeviation();
          }
        });
    moments.means().write(means);
    moments.inverseDeviations().write(inverseDeviations);
  }

  @Override
  public void backward(
      LayerNormalization layer,
      Mixture parameters,
      Tensor input,
      Moments moments,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    int batch = parameters.batch();
    float[] a = parameters.coefficients().toFloats();
    float[] means = moments.means().toFloats();
    float[] inverseDeviations = moments.inverseDeviations().toFloats();
    NativeBlock x = NativeMemory.floats("input", input);
    NativeBlock dy = NativeMemory.floats("outputGradient", outputGradient);
    NativeBlock dx =
        inputGradient == null ? null : NativeMemory.floats("inputGradient", inputGradient);
    MixedRows gains = new MixedRows(a, parameters.weights());
    float[][] exampleGains = new float[batch][layer.channels()];
    float[][] exampleShifts = new float[batch][layer.channels()];
    workers.slices(
        batch,
        1,
        (worker, from, to) -> {
          ExampleNormalization example = new ExampleNormalization(worker, layer);
          for (int i = from; i < to; i++) {
            float[] gain = exampleGains[i];
            float[] shift = exampleShifts[i];
            Standard rounded = new Standard(means[i], inverseDeviations[i]);
            Standard standard = example.parameterGradients(rounded, x, dy, i, gain, shift);
            if (dx != null) {
              example.inputGradient(standard, gains, gain, shift, x, dy, dx, i);
            }
          }
        });
    if (gradients != null) {
      spread(a, exampleGains, gradients.weights());
      spread(a, exampleShifts, gradients.bias());
    }
  }

  /** d_k = sum_i a_ik d_i, per channel. */
  private void spread(float[] coefficients, float[][] examples, Tensor basisGradient) {
    int n = basisGradient.shape().dimension(0);
    int channels = Math.toIntExact(basisGradient.shape().rowSize());
    NativeBlock target = NativeMemory.floats("basisGradient", basisGradient);
    workers.slices(
        channels,
        GRAIN,
        (worker, from, to) -> {
          float[] sum = worker.scratch(0, channels);
          for (int k = 0; k < n; k++) {
            Arrays.fill(sum, from, to, 0);
            for (int i = 0; i < examples.length; i++) {
              MixedRows.add(coefficients[i * n + k], examples[i], sum, from, to);
            }
            target.put((long) k * channels + from, sum, from, to - from);
          }
        });
  }

  @Override
  public void modulate(Tensor input, Tensor gains, Tensor shifts, Tensor output) {
    ExampleChunks chunks = chunks(input);
    float[] g = gains.toFloats();
    float[] b = shifts.toFloats();
    NativeBlock x = NativeMemory.floats("input", input);
    NativeBlock y = NativeMemory.floats("output", output);
    workers.slices(
        input.shape().dimension(0),
        1,
        (worker, from, to) -> {
          ExampleModulation example = new ExampleModulation(worker, chunks);
          for (int i = from; i < to; i++) {
            example.apply(i, g, b, x, y);
          }
        });
  }

  @Override
  public void modulateBackward(
      Tensor input,
      Tensor gains,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor gainGradient,
      Tensor shiftGradient) {
    ExampleChunks chunks = chunks(input);
    float[] g = gains.toFloats();
    float[] dg = new float[g.length];
    float[] db = new float[g.length];
    NativeBlock x = NativeMemory.floats("input", input);
    NativeBlock dy = NativeMemory.floats("outputGradient", outputGradient);
    NativeBlock dx =
        inputGradient == null ? null : NativeMemory.floats("inputGradient", inputGradient);
    workers.slices(
        input.shape().dimension(0),
        1,
        (worker, from, to) -> {
          ExampleModulation example = new ExampleModulation(worker, chunks);
          for (int i = from; i < to; i++) {
            example.goBack(i, g, x, dy, dx, dg, db);
          }
        });
    gainGradient.write(dg);
    shiftGradient.write(db);
  }

  private static ExampleChunks chunks(Tensor input) {
    int channels = input.shape().dimension(1);
    long elements = input.shape().rowSize();
    return new ExampleChunks(channels, Math.toIntExact(elements / Math.max(1, channels)));
  }
}
