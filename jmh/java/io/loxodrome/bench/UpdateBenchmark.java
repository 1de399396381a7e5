package io.loxodrome.bench;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.ops.UpdateOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Momentum SGD in the metric: the basis points, gradient and velocity read, two of them written.
 */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class UpdateBenchmark extends OperatorBenchmark {
  private static final SgdStep STEP = new SgdStep(1e-6, 0.9, SgdStep.Rule.HEAVY_BALL, 0, 1);

  /** p; the first linear layer's. */
  @Param("1048576")
  public int weights;

  private Gram gram;
  private UpdateOperators operators;
  private Tensor basis;
  private Tensor gradient;
  private Tensor velocity;
  private double sgdIdeal;

  @Override
  void prepare(Workbench bench, WeightManifold manifold) {
    Shape shape = Shape.of(manifold.basisSize(), weights);
    gram = manifold.gram();
    operators = bench.operators().update();
    basis = bench.normal(shape);
    gradient = bench.normal(shape);
    velocity = bench.normal(shape);
    sgdIdeal = ideal("sgd", Work.of(0, shape, shape, shape, shape, shape));
  }

  @Benchmark
  public void sgd(OverIdeal overIdeal) {
    operators.sgd(STEP, gram, basis, gradient, velocity);
    overIdeal.add(sgdIdeal);
  }
}
