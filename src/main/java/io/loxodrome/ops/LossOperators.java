package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Losses with their gradients. */
public interface LossOperators {
  /**
   * Softmax cross-entropy per example, L_i = log sum_j exp z_ij - z_i,label, and the gradient of
   * the batch mean, (softmax(z_i) - e_label) / B.
   *
   * @param logits z, B x c
   * @param labels INT32, B, each in 0..c-1
   * @param losses L, written, B
   * @param correct UINT8, written, B: 1 where the label has the largest logit (the first if tied)
   * @param logitGradient written, B x c; null if nobody needs it
   * @throws IllegalArgumentException if a label is out of range
   */
  void softmaxCrossEntropy(
      Tensor logits, Tensor labels, Tensor losses, Tensor correct, @Nullable Tensor logitGradient);
}
