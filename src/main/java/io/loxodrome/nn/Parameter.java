package io.loxodrome.nn;

import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.Tensor;

/**
 * The basis points P_1, ..., P_n of one weight or bias, with the metric that steps on them are
 * measured in.
 */
public final class Parameter implements AutoCloseable {
  private final String name;
  private final WeightManifold manifold;
  private final Gram gram;
  private final Variable variable;

  /**
   * A parameter in the manifold's own metric; it owns the tensor from here on.
   *
   * @param name unique in its network; a checkpoint finds it by that name
   * @param basis P, n x the shape of one basis point
   * @throws IllegalArgumentException if the tensor's first extent is not n
   */
  public Parameter(String name, WeightManifold manifold, Tensor basis) {
    this(name, manifold, manifold.gram(), basis);
  }

  /**
   * A parameter in another metric than the manifold's own, such as the identity, in which SGD is
   * blind to the manifold.
   *
   * @param gram G, n x n
   * @throws IllegalArgumentException if the tensor's first extent or the metric's size is not n
   */
  public Parameter(String name, WeightManifold manifold, Gram gram, Tensor basis) {
    Shapes.requireRows(name, basis, manifold.basisSize());
    if (gram.size() != manifold.basisSize()) {
      throw new IllegalArgumentException(
          name
              + " lies on "
              + manifold.spec()
              + " with "
              + manifold.basisSize()
              + " basis points, its metric is for "
              + gram.size());
    }
    this.name = name;
    this.manifold = manifold;
    this.gram = gram;
    this.variable = Variable.leaf(name, basis);
  }

  public String name() {
    return name;
  }

  public WeightManifold manifold() {
    return manifold;
  }

  /** G, the metric of its steps. */
  public Gram gram() {
    return gram;
  }

  /** P, n x the shape of one basis point. */
  public Tensor basis() {
    return variable.value();
  }

  /** What layers compute with, and where its gradient is. */
  public Variable variable() {
    return variable;
  }

  /** Frees the basis points and their gradient; the second call does nothing. */
  @Override
  public void close() {
    variable.close();
  }

  @Override
  public String toString() {
    return variable + " on " + manifold.spec();
  }
}
