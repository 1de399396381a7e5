package io.loxodrome.ops;

/**
 * The numbers of one Adam step.
 *
 * @param form which gradient Adam's moments see
 * @param learningRate eta
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, positive
 * @param decay decoupled weight decay, at least 0
 * @param scale factor on the gradient, 1 unless it is clipped
 * @param count of steps taken with this one, from 1, for the bias correction 1 - beta^count
 */
public record AdamStep(
    Form form,
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double decay,
    double scale,
    long count) {
  /** Which gradient Adam's moments see. */
  public enum Form {
    /** G^-1 g, as in the paper. */
    PAPER,
    /** R^-T g, where G = R^T R: the moments live in coordinates in which the metric is I. */
    WHITENED
  }

  public AdamStep {
    Steps.requireFraction("beta1", beta1);
    Steps.requireFraction("beta2", beta2);
    Steps.requireCommon(learningRate, decay, scale);
    if (!(epsilon > 0) || !Double.isFinite(epsilon)) {
      throw new IllegalArgumentException("epsilon is " + epsilon + ", must be positive");
    }
    if (count < 1) {
      throw new IllegalArgumentException("count is " + count + ", must be at least 1");
    }
  }

  /** 1 - beta1^count, what the first moment is divided by. */
  public double firstCorrection() {
    return 1 - Math.pow(beta1, (double) count);
  }

  /** 1 - beta2^count, what the second moment is divided by. */
  public double secondCorrection() {
    return 1 - Math.pow(beta2, (double) count);
  }
}
