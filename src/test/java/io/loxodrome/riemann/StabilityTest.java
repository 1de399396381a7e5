package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two stability bounds, on a problem where what they bound can be computed. */
class StabilityTest {
  private static final int FEATURES = 10;
  private static final int POPULATION = 4000;
  private static final double MU = 0.1;
  private static final double RIDGE = 0.05;

  /** Ridge-logistic regression, features no longer than 2, trained by the metric step. */
  private static final class Regression {
    private final double[][] x;
    private final double[] y;

    Regression(double[][] x, double[] y) {
      this.x = x;
      this.y = y;
    }

    static Regression population() {
      Random random = new Random(0);
      double[] truth = random.doubles(FEATURES, -2, 2).toArray();
      double[][] x = Matrices.normal(random, POPULATION, FEATURES);
      double[] y = new double[POPULATION];
      for (int i = 0; i < POPULATION; i++) {
        double length = Math.sqrt(Matrices.dot(x[i], x[i]));
        for (int j = 0; j < FEATURES; j++) {
          x[i][j] /= Math.max(1, length / 2);
        }
        y[i] = Math.signum(Matrices.dot(x[i], truth) + 0.5 * random.nextGaussian());
      }
      return new Regression(x, y);
    }

    Regression first(int n) {
      return new Regression(Arrays.copyOf(x, n), Arrays.copyOf(y, n));
    }

    Regression with(int i, double[] features, double label) {
      Regression other = first(y.length);
      other.x[i] = features;
      other.y[i] = label;
      return other;
    }

    private static double sigmoid(double z) {
      return 1 / (1 + Math.exp(-z));
    }

    /** sum_i w(x_i . theta) x_i x_i^T / n + shift I. */
    private double[][] secondMoment(double[] theta, boolean curvature, double shift) {
      double[][] sum = new double[FEATURES][FEATURES];
      for (double[] row : x) {
        double q = sigmoid(Matrices.dot(row, theta));
        double weight = (curvature ? q * (1 - q) : 0.25) / x.length;
        for (int i = 0; i < FEATURES; i++) {
          for (int j = 0; j < FEATURES; j++) {
            sum[i][j] += weight * row[i] * row[j];
          }
        }
      }
      for (int i = 0; i < FEATURES; i++) {
        sum[i][i] += shift;
      }
      return sum;
    }

    double[][] metric() {
      return secondMoment(new double[FEATURES], false, MU);
    }

    double rate(double[] theta, double[][] metric) {
      SymmetricMatrix hessian = SymmetricMatrix.of(secondMoment(theta, true, RIDGE));
      return ContractionRate.of("regression", SymmetricMatrix.of(metric), hessian).value();
    }

    double[] train(double[][] metric, int steps) {
      double[][] inverse = Matrices.inverse(metric);
      double[] theta = new double[FEATURES];
      for (int step = 0; step < steps; step++) {
        double[] gradient = new double[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
          gradient[j] = RIDGE * theta[j];
        }
        for (int i = 0; i < x.length; i++) {
          double slope = -y[i] * sigmoid(-y[i] * Matrices.dot(x[i], theta)) / x.length;
          for (int j = 0; j < FEATURES; j++) {
            gradient[j] += slope * x[i][j];
          }
        }
        double[] move = Matrices.multiply(inverse, gradient);
        for (int j = 0; j < FEATURES; j++) {
          theta[j] -= move[j];
        }
      }
      return theta;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 200, 800})
  void whatOneExampleChangesIsBelowTheBound(int n) {
    Regression population = Regression.population();
    Regression sample = population.first(n);
    double[][] metric = sample.metric();
    double[] trained = sample.train(metric, 150);
    double rate = sample.rate(trained, metric);
    double change = 0;
    for (int i = 0; i < 5; i++) {
      int other = POPULATION - 1 - i;
      Regression replaced = sample.with(i, population.x[other], -population.y[other]);
      double[] moved = replaced.train(metric, 150);
      rate = Math.min(rate, replaced.rate(moved, metric));
      for (int j = 0; j < POPULATION; j++) {
        double margin = population.y[j] * Matrices.dot(population.x[j], trained);
        double otherMargin = population.y[j] * Matrices.dot(population.x[j], moved);
        double loss = Math.log1p(Math.exp(-margin));
        change = Math.max(change, Math.abs(loss - Math.log1p(Math.exp(-otherMargin))));
      }
    }
    UniformStability bound = new UniformStability(2, 1, rate, MU, n);
    assertThat(rate).isBetween(0.3, 0.7);
    assertThat(change).isLessThan(bound.value()).isGreaterThan(bound.value() / 50);
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 200, 800})
  void outputsAreAsNearThePopulationsAsTheBoundSays(int n) {
    Regression population = Regression.population();
    Regression sample = population.first(n);
    double[][] metric = sample.metric();
    double[] trained = sample.train(metric, 150);
    double[] ideal = population.train(metric, 60);
    double distance = 0;
    for (double[] features : population.x) {
      double output = Matrices.dot(features, trained);
      distance = Math.max(distance, Math.abs(output - Matrices.dot(features, ideal)));
    }
    OutputStability bound = new OutputStability(2, 1, sample.rate(trained, metric), MU, n);
    assertThat(distance).isLessThan(bound.value()).isGreaterThan(bound.value() / 50);
  }

  /** By hand: 2^2 3 / (0.5 0.1 10) and 2 2^2 3^2 / (0.5 0.1 100). */
  @Test
  void theBoundsAreTheirFormulas() {
    OutputStability output = new OutputStability(2, 3, 0.5, 0.1, 100);
    UniformStability uniform = new UniformStability(2, 3, 0.5, 0.1, 100);
    assertThat(output.value()).isCloseTo(24, offset(1e-12));
    assertThat(uniform.value()).isCloseTo(14.4, offset(1e-12));
    assertThat(output).hasToString(output.text());
    assertThat(output.text())
        .startsWith(
            "output stability, at most: 24.00 (estimate, if training contracts at rate 0.5");
    assertThat(uniform.text()).startsWith("uniform stability, at most: 14.40 (estimate, if");
  }

  @Test
  void withoutContractionNothingFollows() {
    assertThat(new OutputStability(2, 1, 0, 0.1, 10).value()).isInfinite();
    assertThat(new UniformStability(2, 1, -1, 0.1, 10).value()).isInfinite();
    assertThat(new UniformStability(2, 1, 1, 0, 10).value()).isInfinite();
    assertThat(new UniformStability(0, 1, 0, 0, 1).value()).isInfinite();
  }

  @Test
  void termsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new OutputStability(-1, 1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kappa is -1.0");
    assertThatThrownBy(() -> new UniformStability(1, Double.NaN, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Lipschitz constant is NaN");
    assertThatThrownBy(() -> new UniformStability(1, 1, 1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("examples is 0");
  }
}
