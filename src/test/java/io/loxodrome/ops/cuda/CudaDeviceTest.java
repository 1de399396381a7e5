package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Draw;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Normalization;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ptx.PtxDriver;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Pending;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the device does besides computing: memory, reading later, failing and closing. */
@Tag("ptx")
class CudaDeviceTest {
  private static final byte[] WHITE = {(byte) 255};

  private final Draw draw = new Draw();

  @ParameterizedTest
  @ValueSource(strings = {"", "products", "spans", "shared", "autotune"})
  void everythingIsGivenBackToTheDriver(String argument) {
    PtxDriver driver = new PtxDriver(1);
    CudaDevice device = PtxDevices.open(driver, argument);
    train(device, 3);
    assertThat(device.peakBytes()).isPositive();
    device.close();
    device.close();
    assertThat(driver.bytesInUse()).isZero();
    assertThat(driver.hostBuffersInUse()).isZero();
  }

  @Test
  void whatLivesOnIsNoTensors() {
    try (CudaDevice device = PtxDevices.open(new PtxDriver(1), "")) {
      train(device, 3);
      assertThat(device.bytesInUse()).isZero();
    }
  }

  /** Forward, back and a step through a convolution layer. */
  private void train(Device device, int batch) {
    Convolution layer = Convolution.same(2, 3, 6, 6, 3).activated(Activation.RELU).pooled(2);
    WeightManifold ellipse = WeightManifold.parse("ellipse");
    try (Tensor s = random(device, Shape.of(batch, 1), 0, 1);
        Tensor a = device.allocate(Shape.of(batch, 3));
        Tensor weights = random(device, layer.weightShape().under(3), -1, 1);
        Tensor bias = random(device, layer.biasShape().under(3), -1, 1);
        Tensor weightGradient = device.allocate(weights.shape());
        Tensor biasGradient = device.allocate(bias.shape());
        Tensor x = random(device, layer.inputShape(batch), -1, 1);
        Tensor dx = device.allocate(x.shape());
        Tensor y = device.allocate(layer.outputShape(batch));
        Tensor trace = device.operators().convolution().allocateTrace(layer, batch)) {
      device.operators().mixing().coefficients(ellipse, s, a);
      Mixture mixture = new Mixture(a, weights, bias);
      device.operators().convolution().forward(layer, mixture, x, y, trace);
      device
          .operators()
          .convolution()
          .backward(
              layer,
              mixture,
              x,
              y,
              trace,
              y,
              dx,
              new MixtureGradients(weightGradient, biasGradient));
      device.operators().update().solve(ellipse.gram(), weightGradient);
      assertThat(weightGradient.toDoubles()).doesNotContain(Double.NaN);
    }
  }

  private Tensor random(Device device, Shape shape, double low, double high) {
    return device.allocate(shape).write(draw.uniforms(shape.size(), low, high));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "products", "inputs", "weights", "spans", "products:shared"})
  void whereMemoryEndsTheDeviceGoesOn(String argument) {
    PtxDriver driver = new PtxDriver(1);
    try (CudaDevice device = PtxDevices.open(driver, argument)) {
      int refused = 0;
      for (long spare = 0; spare < 40_000; spare += 1000) {
        driver.limitMemory(driver.bytesInUse() + spare);
        try {
          train(device, 4);
        } catch (OutOfMemoryException e) {
          refused++;
          assertThat(e).hasMessageContaining("take a smaller batch");
        }
        assertThat(device.bytesInUse()).as("after a refusal, %d spare", spare).isZero();
      }
      assertThat(refused).isBetween(3, 39);
      driver.limitMemory(1L << 30);
      train(device, 4);
    }
    assertThat(driver.bytesInUse()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"outputs, 3, 15", "inputs, 9, 5", "weights, -1, -1", "spans, 3, 10", "shared, 3, 5"})
  void aPlanDecidesWhatIsConvolved(String plan, int inputs, int outputs) {
    PtxDriver driver = new PtxDriver(1);
    ReferenceConvolutions convolutions = new ReferenceConvolutions(driver);
    Convolution layer = Convolution.same(3, 5, 4, 4, 3);
    try (CudaDevice device =
            new CudaDevice(
                "ptx",
                driver,
                new ReferenceProducts(driver),
                convolutions,
                Arithmetic.FLOAT32,
                PlanChoice.parse(plan).orElseThrow());
        Tensor a = device.allocate(Shape.of(2, 3)).write(new double[] {1, 0, 2, 1, 0, 2});
        Tensor weights = device.zeros(layer.weightShape().under(3));
        Tensor bias = device.zeros(layer.biasShape().under(3));
        Tensor x = device.zeros(layer.inputShape(2));
        Tensor y = device.allocate(layer.outputShape(2))) {
      device.operators().convolution().forward(layer, new Mixture(a, weights, bias), x, y, null);
      assertThat(convolutions.lastShape())
          .isEqualTo(inputs < 0 ? null : new ConvolutionShape(2, inputs, outputs, 4, 4, 3, 1, 1));
    }
  }

  @Test
  void whatIsReadLaterIsWhatWasThereThen() {
    try (CudaDevice device = PtxDevices.open(new PtxDriver(1), "");
        Tensor x = device.zeros(Shape.of(3, 5))) {
      Pending<double[]> before = x.toDoublesLater();
      device.operators().elementwise().fill(x, 2);
      Pending<double[]> after = x.toDoublesLater();
      assertThat(before.await()).hasSize(15).containsOnly(0);
      assertThat(after.await()).hasSize(15).containsOnly(2);
      try (Tensor none = device.allocate(Shape.of(0))) {
        assertThat(none.toDoublesLater().await()).isEmpty();
      }
    }
  }

  @Test
  void whatTheHostRemembersOfATensorIsWhatIsInIt() {
    try (CudaDevice device = PtxDevices.open(new PtxDriver(1), "");
        Tensor x = device.allocate(Shape.of(4)).write(new double[] {1, -2, 3, -4});
        Tensor y = device.allocate(Shape.of(4)).write(new double[] {9, 9, 9, 9});
        Tensor indices = device.allocate(ElementType.INT32, Shape.of(2)).write(new int[] {7, 8})) {
      assertThat(indices.toInts()).containsExactly(7, 8);
      assertThat(x.toDoublesLater().await()).containsExactly(1, -2, 3, -4);
      device.operators().elementwise().relu(x, y);
      assertThat(y.toDoubles()).containsExactly(1, 0, 3, 0);
      y.write(new double[] {5, 6, 0, 8});
      y.memory().write(2 * Float.BYTES, floats(7));
      assertThat(y.toDoubles()).containsExactly(5, 6, 7, 8);
      device.operators().elementwise().addScaled(y, 1, x);
      assertThat(y.toDoubles()).containsExactly(6, 4, 10, 4);
    }
  }

  @Test
  void eachSetOfImagesIsNormalisedItsOwnWay() {
    try (CudaDevice device = PtxDevices.open(new PtxDriver(1), "");
        Tensor images = device.allocate(ElementType.UINT8, Shape.of(1, 1, 1, 1)).write(WHITE);
        Tensor first = device.allocate(ElementType.INT32, Shape.of(1)).write(new int[1]);
        Tensor upright = device.allocate(Shape.of(1)).write(new double[1]);
        Tensor unscaled = device.filled(Shape.of(1), 1);
        Tensor x = device.allocate(Shape.of(1, 1, 1, 1))) {
      for (double mean : new double[] {0.25, 0.5, 0.25}) {
        Normalization normalization = new Normalization(List.of(mean), List.of(0.5));
        device.operators().image().rotate(images, first, upright, unscaled, normalization, x);
        assertThat(x.toDoubles()[0]).isCloseTo((1 - mean) / 0.5, Offset.offset(1e-6));
      }
    }
  }

  @Test
  void aLargerBatchMayFollowASmallerOne() {
    Linear layer = new Linear(1, 1, Activation.NONE);
    try (CudaDevice device = PtxDevices.open(new PtxDriver(1), "");
        Tensor weights = device.zeros(Shape.of(1, 1, 1));
        Tensor bias = device.zeros(Shape.of(1, 1));
        Tensor dw = device.allocate(weights.shape());
        Tensor db = device.allocate(bias.shape())) {
      for (int batch : new int[] {3, 1500, 2}) {
        try (Tensor ones = device.allocate(Shape.of(batch, 1))) {
          device.operators().elementwise().fill(ones, 1);
          Mixture mixture = new Mixture(ones, weights, bias);
          device
              .operators()
              .linear()
              .backward(layer, mixture, ones, ones, ones, null, new MixtureGradients(dw, db));
          assertThat(db.toDoubles()).containsExactly(batch);
          assertThat(dw.toDoubles()).containsExactly(batch);
        }
      }
    }
  }

  private static ByteBuffer floats(float value) {
    return ByteBuffer.allocate(Float.BYTES).order(ByteOrder.nativeOrder()).putFloat(0, value);
  }

  @Test
  void aClosedDeviceSaysSo() {
    CudaDevice device = PtxDevices.open(new PtxDriver(1), "");
    Tensor x = device.zeros(Shape.of(2));
    device.close();
    assertThatThrownBy(device::operators)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("device cuda was used after close");
    assertThatThrownBy(() -> device.allocate(Shape.of(2)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(x::toDoubles).isInstanceOf(IllegalStateException.class);
    x.close();
  }

  @Test
  void itSaysWhatItComputesWith() {
    try (CudaDevice with = PtxDevices.open(new PtxDriver(1), "");
        CudaDevice without = PtxDevices.open(new PtxDriver(1), "products")) {
      assertThat(with.description())
          .isEqualTo("PTX executor, products by the reference, convolutions by the reference");
      assertThat(without.description())
          .isEqualTo("PTX executor, products by the reference, convolutions as matrix products");
    }
  }
}
