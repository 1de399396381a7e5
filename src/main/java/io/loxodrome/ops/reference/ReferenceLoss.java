package io.loxodrome.ops.reference;

import io.loxodrome.ops.LossOperators;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Losses as they are written down, shifted by the largest logit so that nothing overflows. */
final class ReferenceLoss implements LossOperators {
  @Override
  public void softmaxCrossEntropy(
      Tensor logits, Tensor labels, Tensor losses, Tensor correct, @Nullable Tensor logitGradient) {
    Table z = Table.copyOf(logits);
    int[] label = labels.toInts();
    Values.requireBelow("labels", label, z.columns());
    double[] loss = new double[z.rows()];
    byte[] hit = new byte[z.rows()];
    Table gradient = Table.zerosLike(logits);
    for (int i = 0; i < z.rows(); i++) {
      int largest = firstLargest(z, i);
      double maximum = z.at(i, largest);
      double sum = sumOfExponentials(z, i, maximum);
      loss[i] = Math.log(sum) + maximum - z.at(i, label[i]);
      hit[i] = (byte) (largest == label[i] ? 1 : 0);
      for (int j = 0; j < z.columns(); j++) {
        double softmax = Math.exp(z.at(i, j) - maximum) / sum;
        gradient.set(i, j, (softmax - (j == label[i] ? 1 : 0)) / z.rows());
      }
    }
    losses.write(loss);
    correct.write(hit);
    if (logitGradient != null) {
      gradient.storeIn(logitGradient);
    }
  }

  private static int firstLargest(Table z, int i) {
    int largest = 0;
    for (int j = 1; j < z.columns(); j++) {
      if (z.at(i, j) > z.at(i, largest)) {
        largest = j;
      }
    }
    return largest;
  }

  /** sum_j exp(z_ij - maximum). */
  private static double sumOfExponentials(Table z, int i, double maximum) {
    double sum = 0;
    for (int j = 0; j < z.columns(); j++) {
      sum += Math.exp(z.at(i, j) - maximum);
    }
    return sum;
  }
}
