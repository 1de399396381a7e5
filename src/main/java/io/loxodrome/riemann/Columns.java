package io.loxodrome.riemann;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.nn.Parameter;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * The plain columns of one module's factor K, in one of the ways to keep them: what J_i^T u_ai
 * would be if W(s_i) were a parameter of its own.
 */
sealed interface Columns extends AutoCloseable permits RowColumns, ProductColumns {
  /**
   * Adds what a cotangent comes to at one use of the parameters.
   *
   * @param probe number of the cotangent, counted from 0
   */
  void add(int probe, ParameterFactor factor, Tensor cotangent);

  /** Makes columns of zeros where no cotangent came. */
  void complete(int batch);

  /**
   * S += plain columns^T plain columns / B.
   *
   * @param gram N x N, of a type that the device takes for it
   */
  void addGram(Tensor gram);

  /**
   * t = K^T v / sqrt(B), v given by its parts.
   *
   * @param coefficients a, or another n numbers for each example, B x n
   * @param vectors for each parameter, shaped as its basis points
   * @param projections t, written, N
   */
  void project(Tensor coefficients, List<Tensor> vectors, Tensor projections);

  /**
   * Subtracts K w / sqrt(B).
   *
   * @param weights w, N
   * @param coefficients a, B x n
   * @param from for each parameter, shaped as its basis points
   */
  void subtractCombination(
      Tensor weights, Tensor coefficients, List<Parameter> parameters, List<Tensor> from);

  @Override
  void close();
}
