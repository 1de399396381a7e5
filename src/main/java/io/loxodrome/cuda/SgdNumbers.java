package io.loxodrome.cuda;

/**
 * The numbers of one SGD step.
 *
 * @param learningRate eta
 * @param momentum in [0, 1)
 * @param rule how momentum enters the step
 * @param decay decoupled weight decay, at least 0
 * @param scale factor on the gradient
 */
public record SgdNumbers(
    double learningRate, double momentum, Rule rule, double decay, double scale) {
  /** How momentum enters the step. */
  public enum Rule {
    /** P moves along v. */
    HEAVY_BALL,
    /** P moves along r + momentum v. */
    NESTEROV
  }

  public SgdNumbers {
    StepNumbers.requireFraction("momentum", momentum);
    StepNumbers.requireCommon(learningRate, decay, scale);
  }
}
