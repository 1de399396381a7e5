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

  @Test
  void replicasAreToldApartAndOthersAreNot() {
    try (ReplicaPlaces places = new ReplicaPlaces(device, 2, 2, 1);
        Conditioning conditioning = conditioning(places)) {
      assertThat(conditioning.batch()).isEqualTo(4);
      assertThat(conditioning.coefficients(WeightManifold.parse("replicas(2,line)")).toDoubles())
          .containsExactly(0.75, 0.25, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0.75, 0.25, 0, 0, 0.5, 0.5);
      assertThat(conditioning.coefficients(WeightManifold.parse("replicas(2,point)")).toDoubles())
          .containsExactly(1, 0, 1, 0, 0, 1, 0, 1);
      assertThat(conditioning.coefficients(WeightManifold.parse("line")).toDoubles())
          .containsExactly(0.75, 0.25, 0.5, 0.5, 0.75, 0.25, 0.5, 0.5);
      assertThat(conditioning.coefficients(WeightManifold.parse("point")).toDoubles())
          .containsExactly(1, 1, 1, 1);
    }
  }

  private Conditioning conditioning(ReplicaPlaces places) {
    places.write(new double[] {0.25, 0.5});
    return new Conditioning(device, places);
  }

  @Test
  void replicasOfAnotherNumberAreRefused() {
    try (Conditioning alone = new Conditioning(device, values);
        ReplicaPlaces places = new ReplicaPlaces(device, 2, 2, 1);
        Conditioning together = conditioning(places)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> alone.coefficients(WeightManifold.parse("replicas(2,line)")))
          .withMessageContaining("one network alone");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> together.coefficients(WeightManifold.parse("replicas(3,line)")))
          .withMessageContaining("2 replicas");
      assertThatIllegalArgumentException().isThrownBy(() -> places.write(new double[3]));
    }
  }
}
