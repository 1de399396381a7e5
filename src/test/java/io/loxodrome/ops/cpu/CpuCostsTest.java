package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuCostsTest {
  private static final Linear WIDE = new Linear(2048, 512, Activation.RELU);
  private static final Convolution CONVOLUTION =
      Convolution.same(32, 64, 16, 16, 3).activated(Activation.RELU).pooled(2);

  private static MixPlan cheapest(ToDoubleFunction<MixPlan> cost) {
    return Arrays.stream(MixPlan.values()).min(Comparator.comparingDouble(cost)).orElseThrow();
  }

  private static MixPlan cheapest(MixWork<Linear> work) {
    return cheapest(plan -> CpuCosts.linear(work, plan));
  }

  /** One product for all is what a plain layer needs, and one row of coefficients. */
  @Test
  void equalRowsAreShared() {
    assertThat(cheapest(new MixWork<>(WIDE, 128, 1, 1, 1))).isEqualTo(MixPlan.SHARED);
    assertThat(cheapest(new MixWork<>(WIDE, 128, 16, 1, 4))).isEqualTo(MixPlan.SHARED);
  }

  @Test
  void splinesGoBySpans() {
    assertThat(cheapest(new MixWork<>(WIDE, 128, 16, 128, 4))).isEqualTo(MixPlan.SPANS);
  }

  /** Whichever of inputs and outputs is the smaller is repeated n times. */
  @Test
  void denseCoefficientsGoByTheNarrowerSide() {
    assertThat(cheapest(new MixWork<>(WIDE, 128, 3, 128, 3))).isEqualTo(MixPlan.OUTPUTS);
    Linear widening = new Linear(64, 8192, Activation.RELU);
    assertThat(cheapest(new MixWork<>(widening, 128, 3, 128, 3))).isEqualTo(MixPlan.INPUTS);
  }

  @Test
  void convolutionsMixTheirWeights() {
    MixWork<Convolution> work = new MixWork<>(CONVOLUTION, 128, 3, 128, 3);
    assertThat(cheapest(plan -> CpuCosts.convolution(work, plan))).isEqualTo(MixPlan.WEIGHTS);
  }

  @Test
  void convolutionsOfAPlainLayerShareTheirWeights() {
    MixWork<Convolution> work = new MixWork<>(CONVOLUTION, 128, 1, 1, 1);
    assertThat(cheapest(plan -> CpuCosts.convolution(work, plan))).isEqualTo(MixPlan.SHARED);
  }

  @ParameterizedTest
  @EnumSource
  void moreExamplesCostMore(MixPlan plan) {
    MixWork<Linear> few = new MixWork<>(WIDE, 16, 3, 8, 3);
    MixWork<Linear> many = new MixWork<>(WIDE, 32, 3, 8, 3);
    assertThat(CpuCosts.linear(few, plan)).isPositive().isLessThan(CpuCosts.linear(many, plan));
  }

  /** What was measured in training steps with both cores at hand; arithmetic is a fifth of it. */
  @Test
  void smallLayersCostTheirPiecesOfWork() {
    Linear small = new Linear(512, 10, Activation.NONE);
    MixWork<Linear> plain = new MixWork<>(small, 128, 1, 1, 1);
    MixWork<Linear> ellipse = new MixWork<>(small, 128, 3, 128, 3);
    assertThat(CpuCosts.linear(plain, MixPlan.SHARED)).isBetween(0.25, 0.45);
    assertThat(CpuCosts.linear(ellipse, MixPlan.OUTPUTS)).isBetween(0.4, 0.7);
    assertThat(CpuCosts.linear(ellipse, MixPlan.SPANS)).isBetween(0.75, 1.4);
  }

  /** Nearly all of it where a layer has hardly any weights. */
  @ParameterizedTest
  @EnumSource
  void eachExampleHasACost(MixPlan plan) {
    double once = CpuCosts.linear(tiny(1 << 15, 1 << 15), plan);
    double twice = CpuCosts.linear(tiny(1 << 16, 1 << 16), plan);
    assertThat(twice / once).isBetween(1.8, 2.0);
  }

  @Test
  void eachRowThatIsMixedHasACost() {
    double once = CpuCosts.linear(tiny(1 << 16, 1 << 15), MixPlan.SHARED);
    double twice = CpuCosts.linear(tiny(1 << 16, 1 << 16), MixPlan.SHARED);
    assertThat(twice / once).isGreaterThan(1.5);
  }

  private static MixWork<Linear> tiny(int batch, int distinct) {
    return new MixWork<>(new Linear(8, 1, Activation.NONE), batch, 16, distinct, 16);
  }
}
