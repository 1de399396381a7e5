package io.loxodrome.riemann;

import io.loxodrome.tensor.Tensor;
import java.util.List;

/** M^-1 for M = mu D + K K^T, by one of the systems that it can be had from. */
sealed interface MetricInverse extends AutoCloseable permits WoodburyInverse, DenseInverse {
  /**
   * The largest eigenvalue of D^-1/2 K K^T D^-1/2, which is that of S = K^T Q K, from below.
   *
   * @throws ArithmeticException if it is not finite
   */
  double largestEigenvalue();

  /**
   * Replaces the gradients g by mu D M^-1 g, so that Q g / mu is M^-1 g then.
   *
   * @param damping mu, positive
   * @param gradients for each of the parameters, updated; undefined on frozen points
   * @return g^T M^-1 g
   * @throws ArithmeticException if the columns or gradients hold numbers that are not finite
   */
  double precondition(double damping, List<Tensor> gradients);

  @Override
  void close();
}
