package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConditioningTest {
  private final Device device = Device.open("reference:float64");
  private final Tensor values = device.allocate(Shape.of(2, 1)).write(new double[] {0.25, 0.5});

  @AfterEach
  void everythingIsFreed() {
    values.close();
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  @Test
  void coefficientsAreThoseOfEachExample() {
    try (Conditioning conditioning = new Conditioning(device, values)) {
      assertThat(conditioning.coefficients(WeightManifold.parse("line")).toDoubles())
          .containsExactly(0.75, 0.25, 0.5, 0.5);
    }
  }

  @Test
  void equalManifoldsShareOneTensor() {
    try (Conditioning conditioning = new Conditioning(device, values)) {
      assertThat(conditioning.coefficients(WeightManifold.parse("ellipse")))
          .isSameAs(conditioning.coefficients(WeightManifold.parse("fourier:1")))
          .isNotSameAs(conditioning.coefficients(WeightManifold.parse("line")));
    }
  }

  @Test
  void pointTakesItsPlaceInAnyConditioning() {
    try (Conditioning conditioning = new Conditioning(device, values)) {
      assertThat(conditioning.coefficients(WeightManifold.parse("point")).toDoubles())
          .containsExactly(1, 1);
    }
  }

  @Test
  void otherDimensionsAreRefusedNamingBothShapes() {
    try (Conditioning conditioning = new Conditioning(device, values)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> conditioning.coefficients(WeightManifold.parse("torus")))
          .withMessageContaining("2x1")
          .withMessageContaining("2x2");
    }
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    values.write(new double[] {0.5, Double.NaN});
    try (Conditioning conditioning = new Conditioning(device, values)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> conditioning.coefficients(WeightManifold.parse("line")));
    }
  }
}
