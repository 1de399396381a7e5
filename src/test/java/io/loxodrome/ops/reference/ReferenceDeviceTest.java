package io.loxodrome.ops.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ReferenceDeviceTest {
  @Test
  void whatNobodyWroteIsPoison() {
    try (ReferenceDevice device = new ReferenceDevice(ElementType.FLOAT32);
        Tensor floats = device.allocate(Shape.of(3));
        Tensor doubles = device.allocate(ElementType.FLOAT64, Shape.of(3));
        Tensor ints = device.allocate(ElementType.INT32, Shape.of(3));
        Tensor bytes = device.allocate(ElementType.UINT8, Shape.of(3))) {
      assertThat(floats.toDoubles()).containsOnly(Double.NaN);
      assertThat(doubles.toDoubles()).containsOnly(Double.NaN);
      assertThat(ints.toInts()).containsOnly(-1);
      assertThat(bytes.toBytes()).containsOnly((byte) 255);
    }
  }

  @Test
  void realNumbersAreOfARealType() {
    assertThatThrownBy(() -> new ReferenceDevice(ElementType.INT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("INT32");
  }

  @Test
  void aTensorPastTwoGibibytesIsRefused() {
    try (ReferenceDevice device = new ReferenceDevice(ElementType.FLOAT32)) {
      assertThatThrownBy(() -> device.allocate(Shape.of(1 << 15, 1 << 15)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("4294967296 bytes");
      assertThat(device.bytesInUse()).isZero();
    }
  }

  @Test
  void bytesInUseAreThoseOfItsTensors() {
    try (ReferenceDevice device = new ReferenceDevice(ElementType.FLOAT32)) {
      Tensor one = device.allocate(Shape.of(10));
      Tensor other = device.allocate(ElementType.UINT8, Shape.of(7));
      assertThat(device.bytesInUse()).isEqualTo(47);
      one.close();
      assertThat(device.bytesInUse()).isEqualTo(7);
      other.close();
      assertThat(device.bytesInUse()).isZero();
      assertThat(device.peakBytes()).isEqualTo(47);
    }
  }
}
