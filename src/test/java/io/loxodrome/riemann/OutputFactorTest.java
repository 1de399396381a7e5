package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.nn.Problem;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OutputFactorTest {
  private static final int BATCH = 4;
  private static final int OUTPUTS = 5;

  private final double[] logits = Problem.normals(1, BATCH * OUTPUTS);

  /** sum_q u_q u_q^T of an example. */
  private static double[] metric(double[][] columns, int example) {
    double[] metric = new double[OUTPUTS * OUTPUTS];
    for (double[] column : columns) {
      for (int i = 0; i < OUTPUTS; i++) {
        for (int j = 0; j < OUTPUTS; j++) {
          metric[i * OUTPUTS + j] += column[example * OUTPUTS + i] * column[example * OUTPUTS + j];
        }
      }
    }
    return metric;
  }

  /** diag(p) - p p^T. */
  private static double[] fisher(double[] logits, int example) {
    double[] z = Arrays.copyOfRange(logits, example * OUTPUTS, (example + 1) * OUTPUTS);
    double sum = Arrays.stream(z).map(Math::exp).sum();
    double[] metric = new double[OUTPUTS * OUTPUTS];
    for (int i = 0; i < OUTPUTS; i++) {
      for (int j = 0; j < OUTPUTS; j++) {
        double pi = Math.exp(z[i]) / sum;
        double pj = Math.exp(z[j]) / sum;
        metric[i * OUTPUTS + j] = (i == j ? pi : 0) - pi * pj;
      }
    }
    return metric;
  }

  @Test
  void theSoftmaxHasOneColumnLessThanOutputsAndItsWholeMetric() {
    OutputFactor factor = new OutputFactor.Softmax();
    double[][] columns = factor.columns(logits, OUTPUTS, 0);
    assertThat(columns).hasNumberOfRows(OUTPUTS - 1);
    assertThat(factor.columns(OUTPUTS)).isEqualTo(OUTPUTS - 1);
    for (int i = 0; i < BATCH; i++) {
      assertThat(metric(columns, i)).containsExactly(fisher(logits, i), within(1e-15));
    }
  }

  @Test
  void theSoftmaxIsFiniteWhereAClassIsCertain() {
    double[] certain = {800, 0, 0, 0, -800, -800, 0, 0, 0, 800};
    double[][] columns = new OutputFactor.Softmax().columns(certain, OUTPUTS, 0);
    for (double[] column : columns) {
      assertThat(column).containsExactly(new double[10], within(1e-15));
    }
  }

  @Test
  void theIdentityHasAColumnForEachOutput() {
    double[][] columns = new OutputFactor.Identity().columns(logits, OUTPUTS, 0);
    double[] identity = new double[OUTPUTS * OUTPUTS];
    for (int i = 0; i < OUTPUTS; i++) {
      identity[i * OUTPUTS + i] = 1;
    }
    assertThat(columns).hasNumberOfRows(OUTPUTS);
    for (int i = 0; i < BATCH; i++) {
      assertThat(metric(columns, i)).containsExactly(identity);
    }
  }

  /** Sums of many draws: the bound is ten deviations of a mean of 20000 numbers below 1. */
  @Test
  void drawnClassesComeToTheSoftmaxOnAverage() {
    int steps = 5000;
    OutputFactor factor = new OutputFactor.SampledSoftmax(4, 1);
    double[] mean = new double[OUTPUTS * OUTPUTS];
    for (int step = 0; step < steps; step++) {
      double[] metric = metric(factor.columns(logits, OUTPUTS, step), 2);
      for (int at = 0; at < mean.length; at++) {
        mean[at] += metric[at] / steps;
      }
    }
    assertThat(mean).containsExactly(fisher(logits, 2), within(10 / Math.sqrt(4.0 * steps)));
    assertThat(mean[0]).isNotCloseTo(0, within(0.01));
  }

  @Test
  void drawnClassesDependOnSeedAndStepAlone() {
    OutputFactor factor = new OutputFactor.SampledSoftmax(3, 1);
    double[][] columns = factor.columns(logits, OUTPUTS, 7);
    assertThat(columns)
        .isDeepEqualTo(new OutputFactor.SampledSoftmax(3, 1).columns(logits, OUTPUTS, 7));
    assertThat(Arrays.deepEquals(columns, factor.columns(logits, OUTPUTS, 8))).isFalse();
    assertThat(
            Arrays.deepEquals(
                columns, new OutputFactor.SampledSoftmax(3, 2).columns(logits, OUTPUTS, 7)))
        .isFalse();
  }

  @Test
  void thereIsAtLeastOneProbe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OutputFactor.SampledSoftmax(0, 1))
        .withMessageContaining("probes is 0");
  }
}
