package io.loxodrome.ops.cpu;

import io.loxodrome.ops.LossOperators;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Softmax cross-entropy row by row, exponentials and sums in double. */
final class CpuLoss implements LossOperators {
  /** Rows of a slice: fewer are not worth a worker. */
  private static final int GRAIN = 16;

  private final Workers workers;

  CpuLoss(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void softmaxCrossEntropy(
      Tensor logits, Tensor labels, Tensor losses, Tensor correct, @Nullable Tensor logitGradient) {
    int batch = logits.shape().dimension(0);
    int classes = logits.shape().dimension(1);
    int[] label = labels.toInts();
    Values.requireBelow("labels", label, classes);
    NativeBlock z = NativeMemory.floats("logits", logits);
    NativeBlock loss = NativeMemory.floats("losses", losses);
    NativeBlock hit = NativeMemory.block("correct", correct, ElementType.UINT8);
    NativeBlock gradient =
        logitGradient == null ? null : NativeMemory.floats("logitGradient", logitGradient);
    workers.slices(
        batch,
        GRAIN,
        (worker, from, to) -> {
          Row row = new Row(worker.scratch(0, classes), classes);
          float[] result = worker.scratch(1, 1);
          for (int i = from; i < to; i++) {
            z.get((long) i * classes, row.values, 0, classes);
            boolean largest = row.argmax() == label[i];
            hit.put(i, ByteBuffer.wrap(new byte[] {(byte) (largest ? 1 : 0)}));
            result[0] = (float) row.loss(label[i]);
            loss.put(i, result, 0, 1);
            if (gradient != null) {
              row.toGradient(label[i], batch);
              gradient.put((long) i * classes, row.values, 0, classes);
            }
          }
        });
  }

  /** The logits of one example. */
  private static final class Row {
    private final float[] values;
    private final int classes;

    Row(float[] values, int classes) {
      this.values = values;
      this.classes = classes;
    }

    int argmax() {
      int best = 0;
      for (int j = 1; j < classes; j++) {
        if (values[j] > values[best]) {
          best = j;
        }
      }
      return best;
    }

    /** log sum_j exp z_j, shifted by the largest logit so that nothing overflows. */
    private double logSum() {
      double shift = values[argmax()];
      double sum = 0;
      for (int j = 0; j < classes; j++) {
        sum += Math.exp(values[j] - shift);
      }
      return shift + Math.log(sum);
    }

    double loss(int label) {
      return logSum() - values[label];
    }

    /** Replaces z by (softmax(z) - e_label) / B. */
    void toGradient(int label, int batch) {
      double logSum = logSum();
      for (int j = 0; j < classes; j++) {
        double probability = Math.exp(values[j] - logSum);
        values[j] = (float) ((probability - (j == label ? 1 : 0)) / batch);
      }
    }
  }
}
