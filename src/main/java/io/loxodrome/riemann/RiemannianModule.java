package io.loxodrome.riemann;

/**
 * A differentiable function y = f(x, theta) of one example that is to be optimised: all that the
 * layerwise metric asks of a module, neural or not. {@link RiemannianLayer} makes a layer of it.
 *
 * <p>It computes on the host in double, one example at a time, and keeps nothing between calls. On
 * a weight manifold theta is what the example sees, theta_i = sum_k a_k(s_i) P_k; the module need
 * not know.
 *
 * <p>The arrays it is given have the lengths it asks for; those to be written may hold anything
 * before, the others are not to be changed.
 */
public interface RiemannianModule {
  /** How many numbers x has, at least 1. */
  int inputs();

  /** How many numbers y has, at least 1. */
  int outputs();

  /** p, how many numbers theta has, at least 1. */
  int parameters();

  /**
   * Computes y = f(x, theta).
   *
   * @param y written, outputs
   */
  void forward(double[] theta, double[] x, double[] y);

  /**
   * Pulls a cotangent, such as a gradient or a column of an output factor, back to the input: v =
   * (dy/dx)^T u.
   *
   * @param u one number for each output
   * @param v written, inputs
   */
  void pullBack(double[] theta, double[] x, double[] u, double[] v);

  /**
   * Pulls a cotangent back to the parameters: row = (dy/dtheta)^T u, the example's row of the
   * parameter factor.
   *
   * @param u one number for each output
   * @param row written, p
   */
  void parameterRow(double[] theta, double[] x, double[] u, double[] row);
}
