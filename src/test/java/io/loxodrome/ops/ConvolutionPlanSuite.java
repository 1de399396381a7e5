package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds convolution layers by one plan to their definition, also where plans may differ. */
abstract class ConvolutionPlanSuite extends ConvolutionSuite {
  private static final Convolution LAYER =
      Convolution.same(3, 5, 7, 6, 3).activated(Activation.RELU).pooled(2);

  ConvolutionPlanSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfCoefficientsAgrees(MixtureKind kind) {
    for (int batch : List.of(1, 9, 20)) {
      for (int n : List.of(1, 2, 7)) {
        requireAgreement(LAYER, kind.toString(), kind.draw(draw, batch, n), batch, n);
      }
    }
  }

  @Test
  void anEmptyBatchLeavesGradientsOfZero() {
    Inputs inputs = new Inputs(LAYER, 0, 3);
    requireAgreement("B 0", inputs::forwardAndBackward);
    try (Bench bench = bench()) {
      double[] dp = inputs.forwardAndBackward(bench).get(2).toDoubles();
      assertThat(dp).hasSize(3 * 5 * 3 * 9).containsOnly(0);
    }
  }

  /** In the definition 0 times a NaN is a NaN, so one in a basis point reaches all examples. */
  @Test
  void nanInABasisPointThatNobodyNeedsReachesAllOutputsAndInputGradients() {
    Inputs inputs = sparse();
    Arrays.fill(inputs.p, 2 * 135, 3 * 135, Double.NaN);
    try (Bench bench = bench()) {
      List<Tensor> results = inputs.forwardAndBackward(bench);
      assertThat(results.get(0).toDoubles()).containsOnly(Double.NaN);
      assertThat(results.get(1).toDoubles()).containsOnly(Double.NaN);
    }
  }

  @Test
  void nanInTheOutputGradientReachesAllBasisPoints() {
    Inputs inputs = sparse();
    Arrays.fill(inputs.dy, Double.NaN);
    try (Bench bench = bench()) {
      List<Tensor> results = inputs.forwardAndBackward(bench);
      assertThat(results.get(2).toDoubles()).containsOnly(Double.NaN);
      assertThat(results.get(3).toDoubles()).containsOnly(Double.NaN);
    }
  }

  /** Two examples, three basis points, the last of which neither needs. */
  private Inputs sparse() {
    Convolution bare = Convolution.same(3, 5, 7, 6, 3);
    Inputs inputs = new Inputs(bare, 2, 3);
    inputs.a = new double[] {1, 0, 0, 0, 2, 0};
    return inputs;
  }

  @Test
  void twoRunsHaveTheSameBits() {
    Inputs inputs = new Inputs(LAYER, 20, 5);
    inputs.a = MixtureKind.SCATTERED_ZEROS.draw(draw, 20, 5);
    try (Bench once = bench();
        Bench again = bench()) {
      List<Tensor> first = inputs.forwardAndBackward(once);
      List<Tensor> second = inputs.forwardAndBackward(again);
      for (int i = 0; i < first.size(); i++) {
        assertThat(second.get(i).toFloats()).isEqualTo(first.get(i).toFloats());
      }
    }
  }
}
