package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every device to the definition of elementwise operators. */
abstract class ElementwiseSuite extends FamilySuite {
  ElementwiseSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 15, 16, 17, 127, 128, 129, 1000, 8193, 70001})
  void everySizeAgrees(int size) {
    Shape shape = Shape.of(size);
    double[] x = draw.normals(size);
    double[] y = draw.normals(size);
    requireAgreement(
        "size " + size,
        bench -> {
          ElementwiseOperators operators = bench.operators().elementwise();
          Tensor filled = bench.output(shape);
          operators.fill(filled, -2.5);
          Tensor copied = bench.output(shape);
          operators.copy(bench.input(shape, x), copied);
          Tensor sum = bench.updated(shape, y);
          operators.addScaled(sum, -0.375, bench.input(shape, x));
          Tensor rectified = bench.output(shape);
          operators.relu(bench.input(shape, x), rectified);
          Tensor repeated = bench.output(Shape.of(5, size));
          operators.repeat(bench.input(shape, x), repeated);
          Tensor gradient = bench.output(shape);
          operators.reluBackward(rectified, bench.input(shape, y), gradient);
          return List.of(filled, copied, repeated, sum, rectified, gradient);
        });
  }

  @Test
  void shapesMayDifferWhereSizesDoNot() {
    try (Bench bench = bench()) {
      Tensor x = bench.input(Shape.of(2, 3), new double[] {1, 2, 3, 4, 5, 6});
      Tensor y = bench.output(Shape.of(6));
      bench.operators().elementwise().copy(x, y);
      assertThat(y.toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void repeatFillsTheTargetWithWholeCopies() {
    try (Bench bench = bench()) {
      Tensor x = bench.input(Shape.of(2), new double[] {1, 2});
      Tensor y = bench.output(Shape.of(3, 2));
      bench.operators().elementwise().repeat(x, y);
      assertThat(y.toDoubles()).containsExactly(1, 2, 1, 2, 1, 2);
      Tensor odd = bench.output(Shape.of(5));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bench.operators().elementwise().repeat(x, odd))
          .withMessageContaining("multiple");
    }
  }

  @Test
  void aTensorIsAddedToItself() {
    try (Bench bench = bench()) {
      Tensor x = bench.updated(Shape.of(3), new double[] {1, -2, 3});
      bench.operators().elementwise().addScaled(x, 2, x);
      assertThat(x.toDoubles()).containsExactly(3, -6, 9);
    }
  }

  @Test
  void reluPassesNothingAtZero() {
    try (Bench bench = bench()) {
      Tensor x = bench.input(Shape.of(4), new double[] {-1, 0, -0.0, 2});
      Tensor y = bench.output(Shape.of(4));
      Tensor dx = bench.output(Shape.of(4));
      bench.operators().elementwise().relu(x, y);
      Tensor dy = bench.input(Shape.of(4), new double[] {3, 5, 7, 11});
      bench.operators().elementwise().reluBackward(y, dy, dx);
      assertThat(y.toDoubles()).containsExactly(0, 0, 0, 2);
      assertThat(dx.toDoubles()).containsExactly(0, 0, 0, 11);
    }
  }

  /** A network whose numbers go bad must be seen to. */
  @Test
  void reluLetsNanThrough() {
    try (Bench bench = bench()) {
      Tensor x = bench.input(Shape.of(17), draw.normals(17));
      double[] bad = x.toDoubles();
      bad[3] = Double.NaN;
      bad[16] = Double.NaN;
      Tensor y = bench.output(Shape.of(17));
      bench.operators().elementwise().relu(bench.updated(Shape.of(17), bad), y);
      double[] values = y.toDoubles();
      for (int e = 0; e < 17; e++) {
        assertThat(Double.isNaN(values[e])).as("element %d", e).isEqualTo(e == 3 || e == 16);
      }
    }
  }

  @Test
  void reluWorksInPlace() {
    try (Bench bench = bench()) {
      Tensor x = bench.updated(Shape.of(3), new double[] {-1, 2, -3});
      bench.operators().elementwise().relu(x, x);
      assertThat(x.toDoubles()).containsExactly(0, 2, 0);
    }
  }

  @Test
  void zerosAreZero() {
    try (Bench bench = bench()) {
      assertThat(bench.keep(device().zeros(Shape.of(3, 5))).toDoubles()).containsOnly(0);
    }
  }
}
