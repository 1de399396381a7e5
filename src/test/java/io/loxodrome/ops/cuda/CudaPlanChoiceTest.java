package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Draw;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.ops.Recording;
import io.loxodrome.ptx.PtxDriver;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By which plan the device goes, and when it decides. */
@Tag("ptx")
class CudaPlanChoiceTest {
  private static final Convolution LAYER = Convolution.same(8, 8, 16, 16, 3);
  private static final int BATCH = 4;
  private static final int BASIS_SIZE = 12;

  /** So slow that no wait for it is worth mentioning. */
  private static final DeviceProperties SLOW =
      new DeviceProperties("slow", 7, 5, 1, 1024, 49152, Integer.MAX_VALUE, 65535, 65535);

  private static final double[] ALIKE = alike();

  private final Draw draw = new Draw();
  private final PtxDriver driver = new PtxDriver(5, SLOW);
  private final ReferenceConvolutions convolutions = new ReferenceConvolutions(driver);
  private final List<AutoCloseable> open = new ArrayList<>();

  private static double[] alike() {
    double[] a = new double[BATCH * BASIS_SIZE];
    Arrays.fill(a, 0.25);
    return a;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
    assertThat(driver.bytesInUse()).isZero();
  }

  /** A device, to be closed behind everything that {@link #keep} gets. */
  private CudaDevice device(PlanChoice choice) {
    CudaDevice device =
        new CudaDevice(
            "ptx", driver, new ReferenceProducts(driver), convolutions, Arithmetic.FLOAT32, choice);
    open.add(device);
    return device;
  }

  private Tensor keep(Tensor tensor) {
    open.add(0, tensor);
    return tensor;
  }

  private Mixture mixture(CudaDevice device, double[] coefficients) {
    return new Mixture(
        keep(device.allocate(Shape.of(BATCH, BASIS_SIZE)).write(coefficients)),
        keep(device.zeros(LAYER.weightShape().under(BASIS_SIZE))),
        keep(device.zeros(LAYER.biasShape().under(BASIS_SIZE))));
  }

  private static ConvolutionShape plain() {
    return ConvolutionShapes.of(LAYER, BATCH, 1, 1);
  }

  @Test
  void examplesThatAreAlikeShareTheirWeights() {
    CudaDevice device = device(PlanChoice.Rule.PREDICTED);
    Tensor x = keep(device.zeros(LAYER.inputShape(BATCH)));
    Tensor y = keep(device.allocate(LAYER.outputShape(BATCH)));
    device.operators().convolution().forward(LAYER, mixture(device, ALIKE), x, y, null);
    assertThat(convolutions.lastShape()).isEqualTo(plain());
  }

  @Test
  void withinARecordingCoefficientsAreNotLookedAt() {
    CudaDevice device = device(PlanChoice.Rule.PREDICTED);
    Tensor x = keep(device.zeros(LAYER.inputShape(BATCH)));
    Tensor y = keep(device.allocate(LAYER.outputShape(BATCH)));
    Tensor from = keep(device.allocate(Shape.of(BATCH, BASIS_SIZE)).write(ALIKE));
    Mixture mixture = mixture(device, ALIKE);
    List<ConvolutionShape> shapes = new ArrayList<>();
    Runnable part =
        () -> {
          device.operators().elementwise().relu(from, mixture.coefficients());
          device.operators().convolution().forward(LAYER, mixture, x, y, null);
          shapes.add(convolutions.lastShape());
        };
    try (Recording recording = device.record(List.of(part))) {
      for (int round = 0; round < 4; round++) {
        recording.run(0);
      }
    }
    assertThat(shapes).as("called once to do it and once to note it down").hasSize(2);
    assertThat(shapes.get(0)).isEqualTo(shapes.get(1)).isNotEqualTo(plain());
  }

  @ParameterizedTest
  @CsvSource({
    "OUTPUTS, 2",
    "INPUTS, 2",
    "WEIGHTS, 2",
    "SPANS, 5",
    "SHARED, 5",
  })
  void plansThatReadCoefficientsAreCalledInEveryRound(MixPlan plan, int calls) {
    CudaDevice device = device(new PlanChoice.Forced(plan));
    Linear layer = new Linear(3, 2, Activation.RELU);
    Tensor a = keep(device.allocate(Shape.of(2, 2)).write(new double[] {1, 0, 0, 1}));
    Tensor x = keep(device.allocate(Shape.of(2, 3)).write(new double[6]));
    Tensor y = keep(device.allocate(Shape.of(2, 2)));
    Tensor weights = keep(device.allocate(layer.weightShape().under(2)));
    weights.write(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0});
    Mixture mixture = new Mixture(a, weights, keep(device.zeros(Shape.of(2, 2))));
    int[] called = {0};
    Runnable part =
        () -> {
          called[0]++;
          device.operators().linear().forward(layer, mixture, x, y);
        };
    try (Recording recording = device.record(List.of(part))) {
      for (int round = 0; round < 5; round++) {
        a.write(round % 2 == 0 ? new double[] {1, 0, 0, 1} : new double[] {0, 2, 1, 0});
        x.write(new double[] {round, 1, 2, 3, 4, round});
        recording.run(0);
        assertThat(y.toDoubles())
            .as("round %d", round)
            .containsExactly(
                round % 2 == 0 ? new double[] {round, 1, round, 4} : new double[] {4, 2, 3, 4});
      }
    }
    assertThat(called[0]).isEqualTo(calls);
  }

  @Test
  void whatIsMeasuredIsMeasuredBeforeItIsNotedDown() {
    CudaDevice device = device(PlanChoice.Rule.MEASURED);
    Tensor a = keep(device.allocate(Shape.of(2, 2)).write(new double[] {1, 2, 3, 4}));
    Tensor x = keep(device.allocate(Shape.of(2, 3)).write(new double[] {1, 2, 3, 4, 5, 6}));
    Tensor y = keep(device.allocate(Shape.of(2, 1)));
    Linear layer = new Linear(3, 1, Activation.NONE);
    Mixture mixture =
        new Mixture(
            a,
            keep(device.allocate(Shape.of(2, 1, 3)).write(new double[] {1, 1, 1, 0, 1, 0})),
            keep(device.zeros(Shape.of(2, 1))));
    try (Recording recording =
        device.record(List.of(() -> device.operators().linear().forward(layer, mixture, x, y)))) {
      for (int round = 0; round < 3; round++) {
        recording.run(0);
        assertThat(y.toDoubles()).containsExactly(10, 65);
      }
    }
    Linear other = new Linear(3, 1, Activation.RELU);
    Linear[] layers = {layer, other};
    int[] round = {0};
    try (Recording recording =
        device.record(
            List.of(
                () -> device.operators().linear().forward(layers[round[0]++], mixture, x, y)))) {
      recording.run(0);
      assertThatThrownBy(() -> recording.run(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("a plan was measured within a part of a recording");
    }
  }

  @Test
  void everyPlanHasAPredictedAndAMeasuredCost() {
    CudaDevice device = device(PlanChoice.Rule.PREDICTED);
    Tensor a = keep(device.allocate(Shape.of(2, 2)).write(new double[] {1, 0, 1, 0}));
    Tensor bias = keep(device.zeros(Shape.of(2, 2)));
    Convolution convolution = Convolution.same(2, 2, 4, 4, 3).pooled(2);
    Tensor filters = keep(device.zeros(convolution.weightShape().under(2)));
    Linear linear = new Linear(9, 2, Activation.RELU);
    Tensor weights = keep(device.zeros(linear.weightShape().under(2)));
    long inUse = device.bytesInUse();
    requireAll(
        device.operators().convolution().planCosts(convolution, new Mixture(a, filters, bias)));
    requireAll(device.operators().linear().planCosts(linear, new Mixture(a, weights, bias)));
    assertThat(device.bytesInUse()).isEqualTo(inUse);
  }

  private static void requireAll(List<PlanCost> costs) {
    assertThat(costs).extracting(PlanCost::plan).containsExactly(MixPlan.values());
    assertThat(costs).filteredOn(PlanCost::chosen).hasSize(1);
    assertThat(costs)
        .allSatisfy(
            cost -> {
              assertThat(cost.predictedMilliseconds()).isPositive().isFinite();
              assertThat(cost.measuredMilliseconds()).isPositive().isFinite();
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBasisPointThatNobodyNeedsIsLeftOutOnlyWhereItIsFinite(boolean inBias) {
    CudaDevice device = device(new PlanChoice.Forced(MixPlan.SPANS));
    Linear layer = new Linear(2, 1, Activation.RELU);
    double[] weights = {1, 1, 2, inBias ? 2 : Double.NaN};
    double[] bias = {0, inBias ? Double.POSITIVE_INFINITY : 0};
    Tensor y = keep(device.allocate(Shape.of(1, 1)));
    Mixture mixture =
        new Mixture(
            keep(device.allocate(Shape.of(1, 2)).write(new double[] {1, 0})),
            keep(device.allocate(Shape.of(2, 1, 2)).write(weights)),
            keep(device.allocate(Shape.of(2, 1)).write(bias)));
    Tensor x = keep(device.allocate(Shape.of(1, 2)).write(draw.normals(2)));
    device.operators().linear().forward(layer, mixture, x, y);
    assertThat(y.toDoubles()[0]).isNaN();
  }
}
