package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeviceTest {
  private static final Logger LEAK_LOG = Logger.getLogger("io.loxodrome.tensor.LeakDetector");

  /** Every device that works here, under each name that it opens by. */
  static Stream<String> names() {
    Stream<String> working =
        DeviceProvider.all().stream()
            .filter(provider -> provider.availability().works())
            .map(DeviceProvider::name);
    return Stream.concat(working, Stream.of("reference:float64"));
  }

  @Test
  void anUnknownDeviceListsTheKnownOnes() {
    assertThatThrownBy(() -> Device.open("abacus"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unknown device 'abacus'; known are auto, ")
        .hasMessageContaining("reference");
  }

  @Test
  void anUnknownArgumentListsTheKnownOnes() {
    assertThatThrownBy(() -> Device.open("reference:float16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("float16", "reference:float64");
  }

  @Test
  void autoOpensTheBestThatWorks() {
    DeviceProvider best =
        DeviceProvider.all().stream()
            .filter(provider -> provider.availability().works())
            .findFirst()
            .orElseThrow();
    try (Device device = Device.open("auto")) {
      assertThat(device.name()).startsWith(best.name());
    }
  }

  @Test
  void providersComeBestFirstAndReferenceLast() {
    List<DeviceProvider> providers = DeviceProvider.all();
    assertThat(providers)
        .isSortedAccordingTo(Comparator.comparingInt(DeviceProvider::priority).reversed());
    DeviceProvider last =
        providers.stream()
            .filter(provider -> !provider.name().equals("ptx")) // which does not ship
            .reduce((one, next) -> next)
            .orElseThrow();
    assertThat(last.name()).isEqualTo("reference");
    assertThat(last.availability().works()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("names")
  void itOpensUnderItsOwnName(String name) {
    try (Device device = Device.open(name)) {
      assertThat(device.name()).isEqualTo(name);
      assertThat(device.description()).isNotBlank();
      assertThat(device.realType())
          .isEqualTo(name.endsWith("float64") ? ElementType.FLOAT64 : ElementType.FLOAT32);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void closingTwiceIsClosingOnce(String name) {
    Device device = Device.open(name);
    long before = device.bytesInUse();
    Tensor tensor = device.allocate(Shape.of(100));
    tensor.close();
    tensor.close();
    assertThat(device.bytesInUse()).isEqualTo(before);
    device.close();
    device.close();
  }

  @ParameterizedTest
  @MethodSource("names")
  void useAfterCloseIsRefused(String name) {
    try (Device device = Device.open(name)) {
      Tensor tensor = device.allocate(Shape.of(4));
      Tensor view = tensor.reshape(Shape.of(2, 2));
      tensor.close();
      assertThatThrownBy(tensor::toDoubles).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(view::toDoubles).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> tensor.write(new double[4]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("used after close");
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aClosedDeviceIsRefused(String name) {
    Device device = Device.open(name);
    Tensor tensor = device.allocate(Shape.of(4));
    Operators operators = device.operators();
    device.close();
    assertThatThrownBy(() -> device.allocate(Shape.of(4)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(device::operators).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> operators.elementwise().fill(tensor, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(tensor::toDoubles).isInstanceOf(IllegalStateException.class);
    tensor.close();
  }

  @ParameterizedTest
  @MethodSource("names")
  void bytesAreCounted(String name) {
    try (Device device = Device.open(name)) {
      long before = device.bytesInUse();
      try (Tensor tensor = device.allocate(Shape.of(1000, 1000))) {
        long bytes = 1_000_000L * tensor.type().bytes();
        assertThat(device.bytesInUse() - before).isGreaterThanOrEqualTo(bytes);
      }
      assertThat(device.bytesInUse()).isEqualTo(before);
      assertThat(device.peakBytes())
          .isGreaterThanOrEqualTo(before + 1_000_000L * device.realType().bytes());
    }
  }

  /** What is forgotten is found and freed; the reports of these planted leaks are not shown. */
  @ParameterizedTest
  @MethodSource("names")
  @SuppressWarnings("SystemGC")
  void aForgottenTensorIsFreed(String name) throws InterruptedException {
    LEAK_LOG.setUseParentHandlers(false);
    try (Device device = Device.open(name)) {
      long before = device.bytesInUse();
      forget(device);
      for (int turn = 0; turn < 200 && device.bytesInUse() > before; turn++) {
        System.gc();
        Thread.sleep(10);
      }
      assertThat(device.bytesInUse()).isEqualTo(before);
    } finally {
      LEAK_LOG.setUseParentHandlers(true);
    }
  }

  private static void forget(Device device) {
    Tensor forgotten = device.allocate(Shape.of(1 << 20));
    assertThat(forgotten.size()).isEqualTo(1 << 20);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyElementTypeComesBackAsItWent(String name) {
    try (Device device = Device.open(name);
        Tensor floats = device.allocate(ElementType.FLOAT32, Shape.of(3));
        Tensor doubles = device.allocate(ElementType.FLOAT64, Shape.of(3));
        Tensor ints = device.allocate(ElementType.INT32, Shape.of(3));
        Tensor bytes = device.allocate(ElementType.UINT8, Shape.of(3))) {
      assertThat(floats.write(new float[] {1.5f, -0f, 3e38f}).toFloats())
          .containsExactly(1.5f, -0f, 3e38f);
      assertThat(doubles.write(new double[] {0.1, -0.0, 1e300}).toDoubles())
          .containsExactly(0.1, -0.0, 1e300);
      assertThat(ints.write(new int[] {1, -2, Integer.MIN_VALUE}).toInts())
          .containsExactly(1, -2, Integer.MIN_VALUE);
      assertThat(bytes.write(new byte[] {1, -2, -128}).toBytes()).containsExactly(1, -2, -128);
    }
  }

  @Test
  void devicesThatShareTheMachineHaveTheirPartOfTheCores() {
    int cores = Runtime.getRuntime().availableProcessors();
    try (Device all = Device.open("cpu");
        Device third = Device.open("cpu:weights", 3);
        Device least = Device.open("cpu", 2 * cores)) {
      assertThat(all.description()).containsPattern(", " + cores + " cores?$");
      assertThat(third.description()).containsPattern(", " + Math.max(1, cores / 3) + " cores?$");
      assertThat(third.name()).isEqualTo("cpu:weights");
      assertThat(least.description()).endsWith(", 1 core");
    }
    assertThatThrownBy(() -> Device.open("cpu", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sharers is 0, must be at least 1");
  }

  @ParameterizedTest
  @MethodSource("names")
  void aRangeThatLeavesTheMemoryIsRefused(String name) {
    try (Device device = Device.open(name);
        Tensor tensor = device.allocate(ElementType.UINT8, Shape.of(10))) {
      ByteBuffer four = ByteBuffer.allocateDirect(4);
      assertThatThrownBy(() -> tensor.memory().write(tensor.memory().bytes() - 3, four))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tensor.memory().read(-1, four))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(four.position()).isZero();
    }
  }
}
