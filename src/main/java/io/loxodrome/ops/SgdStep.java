package io.loxodrome.ops;

/**
 * The numbers of one SGD step.
 *
 * @param learningRate eta = 1 / (2 lambda)
 * @param momentum in [0, 1)
 * @param rule how momentum enters the step
 * @param decay decoupled weight decay, at least 0
 * @param scale factor on the gradient, 1 unless it is clipped
 */
public record SgdStep(double learningRate, double momentum, Rule rule, double decay, double scale) {
  /** How momentum enters the step. */
  public enum Rule {
    /** P moves along v. */
    HEAVY_BALL,
    /** P moves along r + momentum v. */
    NESTEROV
  }

  public SgdStep {
    Steps.requireFraction("momentum", momentum);
    Steps.requireCommon(learningRate, decay, scale);
  }
}
