package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/**
 * Operators that look at one element of each argument; arguments have equal sizes where nothing
 * else is said.
 */
public interface ElementwiseOperators {
  /** x = value. */
  void fill(Tensor x, double value);

  /** y = x. */
  void copy(Tensor x, Tensor y);

  /** y = x, x, ..., x: as often as y has room, a whole number of times. */
  void repeat(Tensor x, Tensor y);

  /** y = y + factor * x; x may be y. */
  void addScaled(Tensor y, double factor, Tensor x);

  /** y = max(0, x). */
  void relu(Tensor x, Tensor y);

  /** dx = dy where y > 0, else 0. */
  void reluBackward(Tensor y, Tensor outputGradient, Tensor inputGradient);
}
