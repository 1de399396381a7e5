package io.loxodrome.optim;

/**
 * What an optimiser does to the length of a gradient before it steps along it.
 *
 * <p>Lengths are in the manifold's metric: |g|^2 = sum over all parameters of tr(g^T G^-1 g), which
 * is also the squared length tr(dP^T G dP) of the step dP = G^-1 g. An optimiser that steps in
 * another metric M measures in that: |g|^2 = g^T M^-1 g.
 */
public sealed interface GradientScaling {
  /** Leaves gradients as they are: the learning rate is 1 / (2 lambda) of WWM theorem 1, fixed. */
  record None() implements GradientScaling {}

  /**
   * Shortens gradients longer than {@code maximum} to that length.
   *
   * @param maximum positive and finite
   */
  record Clipped(double maximum) implements GradientScaling {
    public Clipped {
      Check.positive("clipping length", maximum);
    }
  }

  /**
   * Makes every gradient one long, so that SGD's step is as long as the learning rate: WWM theorem
   * 1 with the constraint tr(dP^T G dP) = C_0 = learningRate^2 solved for lambda, 2 lambda = |g| /
   * sqrt(C_0). A gradient of 0, which has no direction, makes no step. Weight decay, applied after
   * the solve, comes on top. Only for SGD without momentum: a momentum's step is a sum of many
   * gradients and has no such length.
   */
  record Constrained() implements GradientScaling {}
}
