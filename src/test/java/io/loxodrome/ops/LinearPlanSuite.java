package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds linear layers by one plan to their definition, also where plans may differ. */
abstract class LinearPlanSuite extends LinearSuite {
  private static final Linear LAYER = new Linear(19, 37, Activation.RELU);

  LinearPlanSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfCoefficientsAgrees(MixtureKind kind) {
    for (int batch : List.of(1, 9, 40)) {
      for (int n : List.of(1, 2, 7)) {
        requireAgreement(LAYER, kind.toString(), kind.draw(draw, batch, n), batch, n);
      }
    }
  }

  /** Blocks of weights, tiles of mixtures and slices of workers, more than one of each. */
  @ParameterizedTest
  @EnumSource(names = {"CLOSED_SPLINE", "REPEATED_ROWS"})
  void weightsOfManyBlocksAgree(MixtureKind kind) {
    Linear wide = new Linear(1500, 70, Activation.NONE);
    requireAgreement(wide, kind.toString(), kind.draw(draw, 21, 6), 21, 6);
  }

  @Test
  void anEmptyBatchLeavesGradientsOfZero() {
    Inputs inputs = new Inputs(LAYER, new double[0], 0, 3);
    requireAgreement("B 0", inputs::forwardAndBackward);
    try (Bench bench = bench()) {
      double[] dp = inputs.forwardAndBackward(bench).get(2).toDoubles();
      assertThat(dp).hasSize(3 * 19 * 37).containsOnly(0);
    }
  }

  /** In the definition 0 times a NaN is a NaN, so one in a basis point reaches all examples. */
  @ParameterizedTest
  @EnumSource
  void whatIsNotFiniteSpreadsAsInTheDefinition(Operand operand) {
    Linear layer = new Linear(5, 6, Activation.NONE);
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Inputs inputs = new Inputs(layer, new double[] {1, 0, 0, 0, 2, 0}, 2, 3);
      operand.of(inputs)[1] = value;
      requireSameFiniteness(operand + " " + value, inputs);
    }
  }

  /** Also in the last basis point, which no example of that test needs. */
  @Test
  void nanInABasisPointThatNobodyNeedsSpreads() {
    Inputs inputs =
        new Inputs(new Linear(5, 6, Activation.NONE), new double[] {1, 0, 0, 0, 2, 0}, 2, 3);
    inputs.p[3 * 30 - 1] = Double.NaN;
    requireSameFiniteness("last basis point", inputs);
  }

  /** The operands of a layer that are not its coefficients. */
  enum Operand {
    WEIGHTS,
    BIAS,
    INPUT,
    OUTPUT_GRADIENT;

    double[] of(Inputs inputs) {
      return switch (this) {
        case WEIGHTS -> inputs.p;
        case BIAS -> inputs.b;
        case INPUT -> inputs.x;
        case OUTPUT_GRADIENT -> inputs.dy;
      };
    }
  }

  private void requireSameFiniteness(String what, Inputs inputs) {
    try (Bench tested = bench();
        Bench reference = exactBench()) {
      List<Tensor> outputs = inputs.forwardAndBackward(tested);
      List<Tensor> expected = inputs.forwardAndBackward(reference);
      for (int i = 0; i < outputs.size(); i++) {
        assertThat(finite(outputs.get(i)))
            .as("%s, result %d", what, i)
            .isEqualTo(finite(expected.get(i)));
      }
    }
  }

  private static List<Boolean> finite(Tensor tensor) {
    return Arrays.stream(tensor.toDoubles()).mapToObj(Double::isFinite).toList();
  }

  @Test
  void twoRunsHaveTheSameBits() {
    double[] a = MixtureKind.REPEATED_ROWS.draw(draw, 40, 5);
    Inputs inputs = new Inputs(LAYER, a, 40, 5);
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
