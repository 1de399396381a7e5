package io.loxodrome.cuda;

/**
 * The numbers of one Adam step.
 *
 * @param learningRate eta
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, positive in single precision
 * @param decay decoupled weight decay, at least 0
 * @param scale factor on the gradient
 * @param count of steps taken with this one, from 1, for the bias correction 1 - beta^count
 */
public record AdamNumbers(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double decay,
    double scale,
    long count) {

  public AdamNumbers {
    StepNumbers.requireFraction("beta1", beta1);
    StepNumbers.requireFraction("beta2", beta2);
    StepNumbers.requireCommon(learningRate, decay, scale);
    if (!((float) epsilon > 0) || !Double.isFinite(epsilon)) {
      throw new IllegalArgumentException(
          "epsilon is " + epsilon + ", must be positive in single precision");
    }
    if (count < 1) {
      throw new IllegalArgumentException("count is " + count + ", must be at least 1");
    }
  }

  /** 1 / (1 - beta1^count), what the first moment is multiplied by. */
  double firstCorrection() {
    return 1 / (1 - Math.pow(beta1, (double) count));
  }

  /** 1 / (1 - beta2^count), what the second moment is multiplied by. */
  double secondCorrection() {
    return 1 / (1 - Math.pow(beta2, (double) count));
  }
}
