package io.loxodrome.ops.reference;

import io.loxodrome.manifold.Gram;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.ops.UpdateOperators;
import io.loxodrome.tensor.Tensor;
import java.util.stream.IntStream;

/** The metric and the optimisers' steps as they are written down, column by column. */
final class ReferenceUpdate implements UpdateOperators {
  @Override
  public void solve(Gram gram, Tensor gradient) {
    solved(gram, Table.copyOf(gradient)).storeIn(gradient);
  }

  /** G^-1 g. */
  private static Table solved(Gram gram, Table g) {
    Table result = g.zerosLike();
    for (int c = 0; c < g.columns(); c++) {
      double[] column = g.column(c);
      gram.solve(column);
      for (int k = 0; k < g.rows(); k++) {
        result.set(k, c, column[k]);
      }
    }
    return result;
  }

  @Override
  public double squaredNorm(Gram gram, Tensor gradient) {
    Table g = Table.copyOf(gradient);
    Table solved = solved(gram, g);
    double sum = 0;
    for (int c = 0; c < g.columns(); c++) {
      for (int k = 0; k < g.rows(); k++) {
        sum += g.at(k, c) * solved.at(k, c);
      }
    }
    return sum;
  }

  @Override
  public void addProduct(Tensor gradient, double factor, Tensor c, Tensor basis) {
    Table g = Table.copyOf(gradient);
    Table matrix = Table.copyOf(c);
    Table p = Table.copyOf(basis);
    int n = matrix.rows();
    for (int row = 0; row < p.rows(); row++) {
      int first = row / n * n;
      for (int column = 0; column < p.columns(); column++) {
        for (int l = 0; l < n; l++) {
          g.add(row, column, factor * matrix.at(row - first, l) * p.at(first + l, column));
        }
      }
    }
    g.storeIn(gradient);
  }

  @Override
  public void sgd(SgdStep step, Gram gram, Tensor basis, Tensor gradient, Tensor velocity) {
    Table p = Table.copyOf(basis);
    Table solved = solved(gram, Table.copyOf(gradient));
    Table v = Table.copyOf(velocity);
    for (int k : freeRows(gram)) {
      for (int c = 0; c < p.columns(); c++) {
        double r = step.scale() * solved.at(k, c);
        v.set(k, c, step.momentum() * v.at(k, c) + r);
        double d =
            switch (step.rule()) {
              case HEAVY_BALL -> v.at(k, c);
              case NESTEROV -> r + step.momentum() * v.at(k, c);
            };
        p.set(k, c, stepped(p.at(k, c), step.learningRate(), step.decay(), d));
      }
    }
    p.storeIn(basis);
    v.storeIn(velocity);
  }

  @Override
  public void adam(
      AdamStep step, Gram gram, Tensor basis, Tensor gradient, Tensor first, Tensor second) {
    Table p = Table.copyOf(basis);
    Table m = Table.copyOf(first);
    Table v = Table.copyOf(second);
    Table seen = seen(step.form(), gram, Table.copyOf(gradient));
    Table inner = p.zerosLike();
    for (int k : freeRows(gram)) {
      for (int c = 0; c < p.columns(); c++) {
        double r = step.scale() * seen.at(k, c);
        m.set(k, c, step.beta1() * m.at(k, c) + (1 - step.beta1()) * r);
        v.set(k, c, step.beta2() * v.at(k, c) + (1 - step.beta2()) * r * r);
        double mean = m.at(k, c) / step.firstCorrection();
        double square = v.at(k, c) / step.secondCorrection();
        inner.set(k, c, mean / (Math.sqrt(square) + step.epsilon()));
      }
    }
    Table d = mappedBack(step.form(), gram, inner);
    for (int k : freeRows(gram)) {
      for (int c = 0; c < p.columns(); c++) {
        p.set(k, c, stepped(p.at(k, c), step.learningRate(), step.decay(), d.at(k, c)));
      }
    }
    p.storeIn(basis);
    m.storeIn(first);
    v.storeIn(second);
  }

  /** (1 - learningRate decay) p - learningRate d. */
  private static double stepped(double p, double learningRate, double decay, double d) {
    return (1 - learningRate * decay) * p - learningRate * d;
  }

  /** The gradient that Adam sees: G^-1 g, or R^-T g. */
  private static Table seen(AdamStep.Form form, Gram gram, Table g) {
    if (form == AdamStep.Form.PAPER) {
      return solved(gram, g);
    }
    double[][] inverse = gram.whiteningInverse();
    Table result = g.zerosLike();
    for (int k = 0; k < g.rows(); k++) {
      for (int c = 0; c < g.columns(); c++) {
        for (int l = 0; l < g.rows(); l++) {
          result.add(k, c, inverse[l][k] * g.at(l, c));
        }
      }
    }
    return result;
  }

  /** Adam's step d as a step of the basis points: d itself, or R^-1 d. */
  private static Table mappedBack(AdamStep.Form form, Gram gram, Table d) {
    if (form == AdamStep.Form.PAPER) {
      return d;
    }
    double[][] inverse = gram.whiteningInverse();
    Table result = d.zerosLike();
    for (int k = 0; k < d.rows(); k++) {
      for (int c = 0; c < d.columns(); c++) {
        for (int l = 0; l < d.rows(); l++) {
          result.add(k, c, inverse[k][l] * d.at(l, c));
        }
      }
    }
    return result;
  }

  /** The rows that move; a frozen one's basis point and moments stay as they are. */
  private static int[] freeRows(Gram gram) {
    return IntStream.range(0, gram.size()).filter(k -> !gram.frozen(k)).toArray();
  }
}
