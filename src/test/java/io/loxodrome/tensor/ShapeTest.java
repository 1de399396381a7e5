package io.loxodrome.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void sizeIsTheProductOfTheExtents() {
    Shape shape = Shape.of(2, 3, 5);
    assertThat(shape.size()).isEqualTo(30);
    assertThat(shape.rank()).isEqualTo(3);
    assertThat(shape.dimension(1)).isEqualTo(3);
    assertThat(shape.rowSize()).isEqualTo(15);
  }

  @Test
  void aScalarHasOneElement() {
    Shape scalar = Shape.of();
    assertThat(scalar.size()).isEqualTo(1);
    assertThat(scalar.rank()).isZero();
    assertThat(scalar.rowSize()).isEqualTo(1);
    assertThat(scalar).hasToString("scalar");
  }

  @Test
  void anExtentOfZeroHasNoElements() {
    assertThat(Shape.of(0, 7).size()).isZero();
    assertThat(Shape.of(0, 7).rowSize()).isEqualTo(7);
  }

  @Test
  void aNegativeExtentIsRefused() {
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("negative extent -1 in shape [2, -1]");
  }

  @Test
  void moreElementsThanALongCountsAreRefused() {
    int large = Integer.MAX_VALUE;
    assertThat(Shape.of(large, large).size()).isEqualTo((long) large * large);
    assertThatThrownBy(() -> Shape.of(large, large, 3)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void underPutsAnExtentInFront() {
    assertThat(Shape.of(3, 5).under(7)).isEqualTo(Shape.of(7, 3, 5));
    assertThat(Shape.of().under(7)).isEqualTo(Shape.of(7));
  }

  @Test
  void shapesAreEqualByTheirExtents() {
    assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2)).isNotEqualTo(Shape.of(6));
    assertThat(Shape.of(128, 3, 32, 32)).hasToString("128x3x32x32");
  }

  @Test
  void itsArraysAreItsOwn() {
    int[] dimensions = {2, 3};
    Shape shape = Shape.of(dimensions);
    dimensions[0] = 99;
    shape.toArray()[1] = 99;
    assertThat(shape).isEqualTo(Shape.of(2, 3));
  }
}
