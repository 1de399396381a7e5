package io.loxodrome.riemann;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * Conjugate gradients for A w = t, A = S + mu I, preconditioned by a factor of what is like A and
 * definite.
 *
 * <p>They end when the residual is 1e-7 of t, after 100 steps, or at a direction d with d^T A d not
 * positive, where A is not definite; the residual need not have shrunk in every step.
 */
final class ConjugateGradients implements AutoCloseable {
  private static final int MOST_STEPS = 100;
  private static final double TOLERANCE = 1e-7;

  private final MetricOperators operators;
  private final Tensor gram;
  private final double damping;
  private final Tensor factor;
  private final Tensor from;
  private final Tensor to;

  /**
   * A system.
   *
   * @param gram S, N x N, its lower triangle
   * @param damping mu, positive
   * @param factor of the preconditioner, as S is
   */
  ConjugateGradients(Device device, Tensor gram, double damping, Tensor factor) {
    this.operators = device.operators().metric();
    this.gram = gram;
    this.damping = damping;
    this.factor = factor;
    Shape vector = Shape.of(gram.shape().dimension(0), 1);
    this.from = device.allocate(vector);
    this.to = device.allocate(vector);
  }

  /** The iterate whose residual is the smallest; w = 0, the first, if no other is better. */
  double[] solve(double[] right) {
    double[] w = new double[right.length];
    double[] best = w.clone();
    double[] residual = right.clone();
    double[] z = preconditioned(residual);
    double[] direction = z.clone();
    double rz = SymmetricMatrix.dot(residual, z);
    double square = SymmetricMatrix.dot(right, right);
    double smallest = square;
    double goal = TOLERANCE * TOLERANCE * square;
    for (int step = 0; step < MOST_STEPS && square > goal; step++) {
      double[] image = image(direction);
      double curvature = SymmetricMatrix.dot(direction, image);
      if (!(curvature > 0)) {
        break;
      }
      add(w, rz / curvature, direction);
      add(residual, -rz / curvature, image);
      square = SymmetricMatrix.dot(residual, residual);
      if (square < smallest) {
        smallest = square;
        best = w.clone();
      }
      z = preconditioned(residual);
      double next = SymmetricMatrix.dot(residual, z);
      for (int i = 0; i < direction.length; i++) {
        direction[i] = z[i] + next / rz * direction[i];
      }
      rz = next;
    }
    return best;
  }

  /** |t - A w|, by one more product: what the steps add up to need not be true. */
  double residual(double[] right, double[] w) {
    double[] residual = right.clone();
    add(residual, -1, image(w));
    return Math.sqrt(SymmetricMatrix.dot(residual, residual));
  }

  /** A x. */
  private double[] image(double[] x) {
    operators.multiply(gram, from.write(x), to);
    double[] image = to.toDoubles();
    add(image, damping, x);
    return image;
  }

  private double[] preconditioned(double[] residual) {
    operators.solve(factor, to.write(residual));
    return to.toDoubles();
  }

  private static void add(double[] x, double factor, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += factor * y[i];
    }
  }

  /** Frees the working memory. */
  @Override
  public void close() {
    from.close();
    to.close();
  }
}
