package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds every device to the definition of pooling; its inputs are the same bits everywhere. */
abstract class PoolingSuite extends FamilySuite {
  PoolingSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @EnumSource
  void everySizeAgrees(Pooling.Kind kind) {
    for (int batch : BATCHES) {
      for (int window : List.of(1, 2, 3)) {
        requireAgreement(new Pooling(kind, 1, 28, 28, window), batch, 1);
        requireAgreement(new Pooling(kind, 3, 9, 7, window), batch, 1);
        requireAgreement(new Pooling(kind, 17, 5, 5, window), batch, 1);
      }
      requireAgreement(new Pooling(kind, 5, 7, 7, 7), batch, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tiesAgree(Pooling.Kind kind) {
    requireAgreement(new Pooling(kind, 16, 9, 7, 3), 7, 0);
  }

  /** Inputs are small integers, plus {@code spread} times normal numbers to part the ties. */
  private void requireAgreement(Pooling layer, int batch, double spread) {
    Shape in = layer.inputShape(batch);
    Shape out = layer.outputShape(batch);
    double[] x = draw.smallIntegers(in.size());
    double[] parting = draw.normals(in.size());
    for (int e = 0; e < x.length; e++) {
      x[e] = (float) (x[e] + spread * parting[e]);
    }
    double[] dy = draw.normals(out.size());
    requireAgreement(
        layer + " B " + batch,
        bench -> {
          Tensor input = bench.input(in, x);
          Tensor output = bench.output(out);
          Tensor gradient = bench.output(in);
          bench.operators().pooling().forward(layer, input, output);
          bench.operators().pooling().backward(layer, input, bench.input(out, dy), gradient);
          return List.of(output, gradient);
        });
  }

  @Test
  void maximumAndMeanByHand() {
    double[] image = {1, 5, 9, 5, 2, 9, 7, 7, 7};
    assertThat(pooled(Pooling.Kind.MAX, image)).containsExactly(5, 0, 4, 0, 0, 0, 0, 0, 0, 0);
    assertThat(pooled(Pooling.Kind.AVERAGE, image))
        .containsExactly(3.25, 1, 1, 0, 1, 1, 0, 0, 0, 0);
  }

  /** The single output of a 2 x 2 window on a 3 x 3 image, then dx for dy = 4. */
  private double[] pooled(Pooling.Kind kind, double[] image) {
    try (Bench bench = bench()) {
      Pooling layer = new Pooling(kind, 1, 3, 3, 2);
      Tensor x = bench.input(Shape.of(1, 1, 3, 3), image);
      Tensor y = bench.output(Shape.of(1, 1, 1, 1));
      Tensor dx = bench.output(Shape.of(1, 1, 3, 3));
      bench.operators().pooling().forward(layer, x, y);
      Tensor dy = bench.input(Shape.of(1, 1, 1, 1), new double[] {4});
      bench.operators().pooling().backward(layer, x, dy, dx);
      double[] both = new double[10];
      both[0] = y.toDoubles()[0];
      System.arraycopy(dx.toDoubles(), 0, both, 1, 9);
      return both;
    }
  }

  /** A network whose numbers go bad must be seen to. */
  @ParameterizedTest
  @EnumSource
  void nanReachesTheOutput(Pooling.Kind kind) {
    Pooling layer = new Pooling(kind, 1, 2, 4, 2);
    try (Bench bench = bench()) {
      Tensor x = bench.input(layer.inputShape(1), new double[] {1, Double.NaN, 1, 2, 3, 4, 5, 6});
      Tensor y = bench.output(layer.outputShape(1));
      bench.operators().pooling().forward(layer, x, y);
      assertThat(y.toDoubles()[0]).isNaN();
      assertThat(y.toDoubles()[1]).isFinite();
    }
  }
}
