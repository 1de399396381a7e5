package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every device to the definition of mixing. */
abstract class MixingSuite extends FamilySuite {
  private static final List<Shape> ANY =
      List.of(Shape.of(1), Shape.of(17), Shape.of(5, 3, 3, 3), Shape.of(128, 2), Shape.of(1009));

  MixingSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @EnumSource
  void mixingAgrees(Coefficients kind) {
    for (int batch : BATCHES) {
      for (int n : BASIS_SIZES) {
        Shape any = cycle(ANY, batch + n);
        double[] a = kind.draw(draw, batch, n);
        double[] p = draw.normals(any.under(n).size());
        requireAgreement(
            "mix B " + batch + " n " + n + " any " + any,
            bench -> {
              Tensor mixed = bench.output(any.under(batch));
              Tensor coefficients = bench.input(Shape.of(batch, n), a);
              bench.operators().mixing().mix(coefficients, bench.input(any.under(n), p), mixed);
              return List.of(mixed);
            });
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mixingBackwardAgrees(Coefficients kind) {
    for (int batch : BATCHES) {
      for (int n : BASIS_SIZES) {
        Shape any = cycle(ANY, batch + n);
        double[] a = kind.draw(draw, batch, n);
        double[] dw = draw.normals(any.under(batch).size());
        requireAgreement(
            "mixBackward B " + batch + " n " + n + " any " + any,
            bench -> {
              Tensor gradient = bench.output(any.under(n));
              Tensor coefficients = bench.input(Shape.of(batch, n), a);
              Tensor mixed = bench.input(any.under(batch), dw);
              bench.operators().mixing().mixBackward(coefficients, mixed, gradient);
              return List.of(gradient);
            });
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:3",
        "bezier:3",
        "spline:8",
        "spline:12:periodic",
        "torus",
        "sheet",
        "sphere:2",
        "product(line,ellipse)",
        "replicas(20,point)",
        "replicas(3,ellipse)",
        "replicas(2,spline:5)",
        "replicas(1,sphere:1)"
      })
  void coefficientsAreTheManifolds(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    int d = manifold.dimensions();
    int n = manifold.basisSize();
    for (int batch : BATCHES) {
      double[] s = draw.uniforms((long) batch * d, 0, 1);
      double[] expected = new double[batch * n];
      double[] row = new double[n];
      double[] point = new double[d];
      for (int i = 0; i < batch; i++) {
        System.arraycopy(s, i * d, point, 0, d);
        manifold.coefficients(point, row);
        System.arraycopy(row, 0, expected, i * n, n);
      }
      try (Bench bench = bench()) {
        Tensor a = bench.output(Shape.of(batch, n));
        Tensor points = bench.input(Shape.of(batch, d), s);
        bench.operators().mixing().coefficients(manifold, points, a);
        requireClose(spec + " B " + batch, a.toDoubles(), expected);
        bench.requireInputsUntouched();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -0.25, 1.25, Double.POSITIVE_INFINITY})
  void coefficientsRefuseAnImpossibleValue(double bad) {
    try (Bench bench = bench()) {
      Tensor s = bench.input(Shape.of(2, 1), new double[] {0.5, bad});
      Tensor a = bench.updated(Shape.of(2, 3), new double[] {1, 2, 3, 4, 5, 6});
      assertThatThrownBy(
              () -> bench.operators().mixing().coefficients(WeightManifold.parse("ellipse"), s, a))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(a.toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void mixingByHand() {
    try (Bench bench = bench()) {
      Tensor a = bench.input(Shape.of(2, 2), new double[] {1, 2, -1, 0.5});
      Tensor p = bench.input(Shape.of(2, 3), new double[] {1, 2, 3, 10, 20, 30});
      Tensor w = bench.output(Shape.of(2, 3));
      bench.operators().mixing().mix(a, p, w);
      assertThat(w.toDoubles()).containsExactly(21, 42, 63, 4, 8, 12);
    }
  }
}
