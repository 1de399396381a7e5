package io.loxodrome.riemann;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * The system (S + mu I) w = t of a module, however close to singular it is.
 *
 * <p>Cholesky's factor in the device's real type; if there is none, S and its factor in a more
 * precise type where the device has one; if there is none either, the factor of S with a damping
 * that grows fourfold until there is one, as the preconditioner of conjugate gradients. What these
 * end with is used if a step can bear it, and refused if not.
 */
final class DampedSystem {
  private static final int POWER_STEPS = 8;
  private static final int MOST_RAISES = 40;

  /** So much of its length a step may be wrong by. */
  private static final double BEARABLE = 0.1;

  private final Device device;
  private final String name;
  private final Tensor gram;
  private final Function<ElementType, Tensor> anew;
  private final Shape vector;

  /** By which way a solution was come to. */
  enum Path {
    CHOLESKY,
    PRECISE_CHOLESKY,
    CONJUGATE_GRADIENTS
  }

  /**
   * A system.
   *
   * @param name of what it is of, for messages
   * @param gram S, N x N, its lower triangle
   * @param anew makes S in another type, for this object to close
   */
  DampedSystem(Device device, String name, Tensor gram, Function<ElementType, Tensor> anew) {
    this.device = device;
    this.name = name;
    this.gram = gram;
    this.anew = anew;
    this.vector = Shape.of(gram.shape().dimension(0), 1);
  }

  private MetricOperators operators() {
    return device.operators().metric();
  }

  /**
   * The largest eigenvalue of S by a few steps of the power method, from below.
   *
   * @throws ArithmeticException if it is not finite
   */
  double largestEigenvalue() {
    double[] x = new double[vector.dimension(0)];
    Philox philox = new Philox(0);
    for (int i = 0; i < x.length; i++) {
      x[i] = philox.normal(0, i);
    }
    double largest = 0;
    try (Tensor from = device.allocate(vector);
        Tensor to = device.allocate(vector)) {
      for (int step = 0; step < POWER_STEPS; step++) {
        double length = Math.sqrt(SymmetricMatrix.dot(x, x));
        if (length == 0) {
          return largest;
        }
        for (int i = 0; i < x.length; i++) {
          x[i] /= length;
        }
        from.write(x);
        operators().multiply(gram, from, to);
        x = to.toDoubles();
        largest = requireFinite(Math.sqrt(SymmetricMatrix.dot(x, x)));
      }
    }
    return largest;
  }

  private double requireFinite(double value) {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException(
          "the layerwise metric of %s is not finite (%s)".formatted(name, value));
    }
    return value;
  }

  /**
   * Solves in place.
   *
   * @param damping mu, positive
   * @param values t, and w in the end, N
   * @throws ArithmeticException if S or t holds numbers that are not finite, or if the solution
   *     that was found is too far off for a step: by more than a tenth of its length in the metric
   */
  Path solve(double damping, Tensor values) {
    Tensor column = values.reshape(vector);
    requireFinite(sum(column.toDoubles()));
    if (tryCholesky(gram, damping, column)) {
      return Path.CHOLESKY;
    }
    List<ElementType> types = operators().gramTypes();
    if (types.size() == 1) {
      iterate(gram, damping, column);
      return Path.CONJUGATE_GRADIENTS;
    }
    try (Tensor precise = anew.apply(types.get(types.size() - 1))) {
      if (tryCholesky(precise, damping, column)) {
        return Path.PRECISE_CHOLESKY;
      }
      iterate(precise, damping, column);
      return Path.CONJUGATE_GRADIENTS;
    }
  }

  private boolean tryCholesky(Tensor matrix, double damping, Tensor values) {
    try (Tensor factor = device.allocate(matrix.type(), matrix.shape())) {
      boolean found = operators().factorize(matrix, damping, factor);
      if (found) {
        operators().solve(factor, values);
      }
      return found;
    }
  }

  /**
   * Conjugate gradients, preconditioned by the factor of what is damped more.
   *
   * <p>A residual r makes the step wrong by Q K (mu I + S)^-1 r / mu, which in the metric is at
   * most |r| / mu long; the step itself is at least |w| long there, for w is K^T times it. Where w
   * is the step in whitened coordinates, these are |r| / sqrt(mu) and sqrt(mu) |w|: the same share.
   */
  private void iterate(Tensor matrix, double damping, Tensor values) {
    try (Tensor factor = device.allocate(matrix.type(), matrix.shape())) {
      factorizeRaised(matrix, damping, factor);
      try (ConjugateGradients gradients = new ConjugateGradients(device, matrix, damping, factor)) {
        double[] right = values.toDoubles();
        double[] w = gradients.solve(right);
        requireBearable(
            gradients.residual(right, w), damping, Math.sqrt(SymmetricMatrix.dot(w, w)));
        values.write(w);
      }
    }
  }

  private void requireBearable(double residual, double damping, double length) {
    double bearable = BEARABLE * damping * length;
    if (!(residual <= bearable)) {
      throw new ArithmeticException(
          ("the layerwise metric of %s has no Cholesky factor with damping %s, and conjugate"
                  + " gradients left a residual of %s, where a step bears %s: raise the damping mu")
              .formatted(name, damping, residual, bearable));
    }
  }

  private void factorizeRaised(Tensor matrix, double damping, Tensor factor) {
    double raised = damping;
    for (int raise = 0; raise < MOST_RAISES; raise++) {
      raised *= 4;
      if (operators().factorize(matrix, raised, factor)) {
        return;
      }
    }
    throw new ArithmeticException(
        "the layerwise metric of %s has no Cholesky factor with any damping up to %s"
            .formatted(name, raised));
  }

  private static double sum(double[] x) {
    double sum = 0;
    for (double value : x) {
      sum += value;
    }
    return sum;
  }
}
