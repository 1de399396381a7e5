package io.loxodrome.cuda;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Draw;
import java.util.stream.IntStream;

/** Random operands of an optimiser's step, and what the step should make of them, in double. */
final class OptimizerProblem {
  final String spec;
  final Gram gram;
  final Matrices shape;
  final Storage storage;
  final double[] basis;
  final double[] gradient;

  /** Velocity, or first moment. */
  final double[] first;

  final double[] second;

  /**
   * Draws the operands.
   *
   * @param storage of the gradient
   */
  OptimizerProblem(Draw draw, String spec, int matrices, int columns, Storage storage) {
    this.spec = spec;
    this.gram = WeightManifold.parse(spec).gram();
    this.shape = new Matrices(matrices, gram.size(), columns);
    this.storage = storage;
    this.basis = draw.normals(shape.count());
    this.gradient = Numbers.rounded(storage, draw.normals(shape.count()));
    this.first = draw.normals(shape.count());
    this.second = draw.uniforms(shape.count(), 0.1, 2);
  }

  private OptimizerProblem(OptimizerProblem exact, Draw draw, double bound) {
    this.spec = exact.spec;
    this.gram = exact.gram;
    this.shape = exact.shape;
    this.storage = exact.storage;
    this.basis = changed(exact.basis, draw, bound);
    this.gradient = changed(exact.gradient, draw, bound);
    this.first = changed(exact.first, draw, bound);
    this.second = changed(exact.second, draw, bound);
  }

  /** The same problem with each number changed by up to so much of itself. */
  OptimizerProblem rounded(Draw draw, double bound) {
    return new OptimizerProblem(this, draw, bound);
  }

  private static double[] changed(double[] numbers, Draw draw, double bound) {
    double[] changes = draw.uniforms(numbers.length, -bound, bound);
    double[] changed = numbers.clone();
    for (int i = 0; i < changed.length; i++) {
      changed[i] *= 1 + changes[i];
    }
    return changed;
  }

  /** P and v after a step. */
  double[][] sgd(SgdNumbers numbers) {
    double[] p = basis.clone();
    double[] v = first.clone();
    double[] solved = shape.solved(gram, gradient);
    for (int i : moving()) {
      double r = numbers.scale() * solved[i];
      v[i] = numbers.momentum() * v[i] + r;
      double d =
          switch (numbers.rule()) {
            case HEAVY_BALL -> v[i];
            case NESTEROV -> r + numbers.momentum() * v[i];
          };
      p[i] = stepped(p[i], numbers.learningRate(), numbers.decay(), d);
    }
    return new double[][] {p, v};
  }

  /** P, m and u after a step in the paper's form. */
  double[][] adam(AdamNumbers numbers) {
    double[] m = first.clone();
    double[] u = second.clone();
    double[] d = adamStep(numbers, shape.solved(gram, gradient), m, u);
    return new double[][] {descended(numbers, d), m, u};
  }

  /** P, m and u after a whitened step. */
  double[][] whitenedAdam(AdamNumbers numbers) {
    double[] m = first.clone();
    double[] u = second.clone();
    double[][] inverse = gram.whiteningInverse();
    double[] d = adamStep(numbers, shape.times(transposed(inverse), gradient), m, u);
    return new double[][] {descended(numbers, shape.times(inverse, d)), m, u};
  }

  private double[] adamStep(AdamNumbers numbers, double[] seen, double[] m, double[] u) {
    double[] d = new double[seen.length];
    for (int i : moving()) {
      double r = numbers.scale() * seen[i];
      m[i] = numbers.beta1() * m[i] + (1 - numbers.beta1()) * r;
      u[i] = numbers.beta2() * u[i] + (1 - numbers.beta2()) * r * r;
      double mean = m[i] / (1 - Math.pow(numbers.beta1(), (double) numbers.count()));
      double square = u[i] / (1 - Math.pow(numbers.beta2(), (double) numbers.count()));
      d[i] = mean / (Math.sqrt(square) + numbers.epsilon());
    }
    return d;
  }

  private double[] descended(AdamNumbers numbers, double[] d) {
    double[] p = basis.clone();
    for (int i : moving()) {
      p[i] = stepped(p[i], numbers.learningRate(), numbers.decay(), d[i]);
    }
    return p;
  }

  private static double stepped(double p, double learningRate, double decay, double d) {
    return (1 - learningRate * decay) * p - learningRate * d;
  }

  /** Where the rows that are not frozen lie. */
  int[] moving() {
    return IntStream.range(0, shape.count())
        .filter(i -> !gram.frozen(i / shape.columns() % shape.n()))
        .toArray();
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] transposed = new double[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  @Override
  public String toString() {
    return "%s, %s, g in %s".formatted(spec, shape, storage);
  }
}
