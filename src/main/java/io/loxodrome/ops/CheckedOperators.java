package io.loxodrome.ops;

import io.loxodrome.tensor.Memory;
import java.util.function.Predicate;

/**
 * A backend's operators behind the checks that all backends share: every operand open, on this
 * device, of the right element type and shape, before anything is written.
 *
 * <p>What is inside a tensor (labels, indices, turns, amounts) the backend checks itself with
 * {@link Values}, because only it knows when looking is cheap.
 */
public final class CheckedOperators {
  private CheckedOperators() {}

  /**
   * Puts the checks before a backend's operators.
   *
   * @param device whose name and real type the checks go by
   * @param own whether a block of memory is the device's own
   * @param unchecked may take all it is called with to have the documented types and shapes
   */
  public static Operators over(Device device, Predicate<Memory> own, Operators unchecked) {
    Operands operands = new Operands(device, own);
    return new OperatorSet(
        new CheckedMixing(operands, unchecked.mixing()),
        new CheckedLinear(operands, unchecked.linear()),
        new CheckedConvolution(operands, unchecked.convolution()),
        new CheckedPooling(operands, unchecked.pooling()),
        new CheckedNormalization(operands, unchecked.normalization()),
        new CheckedElementwise(operands, unchecked.elementwise()),
        new CheckedLoss(operands, unchecked.loss()),
        new CheckedUpdate(operands, unchecked.update()),
        new CheckedMetric(operands, unchecked.metric()),
        new CheckedImage(operands, unchecked.image()));
  }
}
