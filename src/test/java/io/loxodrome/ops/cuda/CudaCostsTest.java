package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;
import io.loxodrome.ops.PlanTable.CostModel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which plans the model puts first for the layers of the paper's network, at a batch of 128. */
class CudaCostsTest {
  private static final int BATCH = 128;
  private static final DeviceProperties DEVICE =
      new DeviceProperties("large", 9, 0, 132, 1024, 49152, Integer.MAX_VALUE, 65535, 65535);
  private static final List<Convolution> CONVOLUTIONS =
      List.of(
          Convolution.same(3, 32, 32, 32, 3).activated(Activation.RELU).pooled(2),
          Convolution.same(32, 64, 16, 16, 3).activated(Activation.RELU).pooled(2),
          Convolution.same(64, 128, 8, 8, 3).activated(Activation.RELU).pooled(2));
  private static final List<Linear> LINEAR =
      List.of(new Linear(2048, 512, Activation.RELU), new Linear(512, 10, Activation.NONE));

  private static final CudaCosts LIBRARY = new CudaCosts(DEVICE, Arithmetic.FLOAT32, true);
  private static final CudaCosts PRODUCTS = new CudaCosts(DEVICE, Arithmetic.FLOAT32, false);

  private static <L> MixPlan cheapest(MixWork<L> work, CostModel<L> model) {
    return Arrays.stream(MixPlan.values())
        .min(Comparator.comparingDouble(plan -> model.milliseconds(work, plan)))
        .orElseThrow();
  }

  private static Stream<MixPlan> convolutions(
      CudaCosts costs, int basisSize, int distinct, int support) {
    return CONVOLUTIONS.stream()
        .map(layer -> new MixWork<>(layer, BATCH, basisSize, distinct, support))
        .map(work -> cheapest(work, costs::convolution));
  }

  private static Stream<MixPlan> linear(CudaCosts costs, int basisSize, int distinct, int support) {
    return LINEAR.stream()
        .map(layer -> new MixWork<>(layer, BATCH, basisSize, distinct, support))
        .map(work -> cheapest(work, costs::linear));
  }

  @Test
  void aPointIsAPlainLayer() {
    assertThat(convolutions(LIBRARY, 1, 1, 1)).containsOnly(MixPlan.OUTPUTS);
    assertThat(convolutions(PRODUCTS, 1, 1, 1)).containsOnly(MixPlan.OUTPUTS);
    assertThat(linear(LIBRARY, 1, 1, 1)).containsOnly(MixPlan.OUTPUTS);
  }

  @Test
  void onAnEllipseWhatIsSmallerIsStackedAndWithoutALibraryWeightsAreMixed() {
    assertThat(convolutions(LIBRARY, 3, BATCH, 3)).containsOnly(MixPlan.INPUTS);
    assertThat(convolutions(PRODUCTS, 3, BATCH, 3)).containsOnly(MixPlan.WEIGHTS);
    assertThat(linear(LIBRARY, 3, BATCH, 3)).containsOnly(MixPlan.OUTPUTS);
    assertThat(linear(PRODUCTS, 3, BATCH, 3)).containsOnly(MixPlan.OUTPUTS);
  }

  @Test
  void aConvolutionWithFewerOutputsThanInputsStacksThem() {
    MixWork<Convolution> work =
        new MixWork<>(Convolution.same(128, 32, 16, 16, 3), BATCH, 3, BATCH, 3);
    assertThat(cheapest(work, LIBRARY::convolution)).isEqualTo(MixPlan.OUTPUTS);
  }

  @Test
  void onALongSplineMixedWeightsSaveWork() {
    assertThat(convolutions(LIBRARY, 16, BATCH, 16)).containsOnly(MixPlan.WEIGHTS);
  }

  @Test
  void oneRowForAllIsMixedOnceWhereThatIsWorthTheWait() {
    assertThat(convolutions(LIBRARY, 16, 1, 16)).containsOnly(MixPlan.SHARED);
    assertThat(linear(LIBRARY, 16, 1, 16)).containsExactly(MixPlan.SHARED, MixPlan.OUTPUTS);
  }

  @ParameterizedTest
  @EnumSource
  void morePointsNeverCostLess(MixPlan plan) {
    for (Linear layer : LINEAR) {
      assertThat(LIBRARY.linear(new MixWork<>(layer, BATCH, 8, 4, 4), plan))
          .isLessThanOrEqualTo(LIBRARY.linear(new MixWork<>(layer, BATCH, 16, 4, 4), plan))
          .isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, TENSOR_FLOAT32", "TENSOR_FLOAT32, BFLOAT16"})
  void tensorCoresMakeArithmeticCheaper(Arithmetic slow, Arithmetic fast) {
    MixWork<Linear> work = new MixWork<>(LINEAR.get(0), BATCH, 3, BATCH, 3);
    assertThat(new CudaCosts(DEVICE, fast, true).linear(work, MixPlan.OUTPUTS))
        .isLessThan(new CudaCosts(DEVICE, slow, true).linear(work, MixPlan.OUTPUTS));
  }
}
