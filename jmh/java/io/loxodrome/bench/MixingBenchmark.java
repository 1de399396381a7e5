package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.MixingOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Coefficients, weights mixed per example, and the way back from those. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class MixingBenchmark extends ManifoldBenchmark {
  @Param({"32", "128", "512"})
  public int batch;

  /** p; the second and third convolution's. */
  @Param({"18432", "73728"})
  public int weights;

  private WeightManifold mixed;
  private MixingOperators operators;
  private Tensor places;
  private Tensor coefficients;
  private Tensor basis;
  private Tensor perExample;
  private double coefficientsIdeal;
  private double mixIdeal;

  @Override
  void prepare(Workbench bench, WeightManifold manifold) {
    int n = manifold.basisSize();
    mixed = manifold;
    operators = bench.operators().mixing();
    places = bench.places(manifold, batch);
    coefficients = bench.normal(Shape.of(batch, n));
    basis = bench.normal(Shape.of(n, weights));
    perExample = bench.normal(Shape.of(batch, weights));
    coefficientsIdeal = ideal("coefficients", Work.of(0, places.shape(), coefficients.shape()));
    mixIdeal =
        ideal(
            "mix and mixBackward",
            Work.of(
                2.0 * batch * n * weights,
                coefficients.shape(),
                basis.shape(),
                perExample.shape()));
  }

  @Benchmark
  public void coefficients(OverIdeal overIdeal) {
    operators.coefficients(mixed, places, coefficients);
    done(overIdeal, coefficientsIdeal);
  }

  @Benchmark
  public void mix(OverIdeal overIdeal) {
    operators.mix(coefficients, basis, perExample);
    done(overIdeal, mixIdeal);
  }

  @Benchmark
  public void mixBackward(OverIdeal overIdeal) {
    operators.mixBackward(coefficients, perExample, basis);
    done(overIdeal, mixIdeal);
  }
}
