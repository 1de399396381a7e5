package io.loxodrome.ops;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Checks the operands of losses; labels are checked where they are read. */
final class CheckedLoss implements LossOperators {
  private final Operands operands;
  private final LossOperators unchecked;

  CheckedLoss(Operands operands, LossOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void softmaxCrossEntropy(
      Tensor logits, Tensor labels, Tensor losses, Tensor correct, @Nullable Tensor logitGradient) {
    operands.requireReal("logits", logits);
    Shapes.requireRank("logits", logits, 2);
    Shape perExample = Shape.of(logits.shape().dimension(0));
    operands.require("labels", labels, ElementType.INT32, perExample);
    operands.requireReal("losses", losses, perExample);
    operands.require("correct", correct, ElementType.UINT8, perExample);
    if (logitGradient != null) {
      operands.requireReal("logitGradient", logitGradient, logits.shape());
    }
    unchecked.softmaxCrossEntropy(logits, labels, losses, correct, logitGradient);
  }
}
