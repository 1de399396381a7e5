package io.loxodrome.bench;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.ops.UpdateOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * The metric and the optimisers' steps.
 *
 * <p>Gradients and moments are zeros, which stay zeros: anything else would, solved or decayed
 * again and again, end in numbers that are not finite or not normal.
 */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class UpdateBenchmark extends ManifoldBenchmark {
  private static final SgdStep SGD = new SgdStep(1e-6, 0.9, SgdStep.Rule.HEAVY_BALL, 0, 1);

  /** p; the second convolution's and the first linear layer's. */
  @Param({"18432", "1048576"})
  public int weights;

  private Gram gram;
  private UpdateOperators operators;
  private Tensor basis;
  private Tensor gradient;
  private Tensor first;
  private Tensor second;
  private double solveIdeal;
  private double squaredNormIdeal;
  private double sgdIdeal;
  private double adamIdeal;

  @Override
  void prepare(Workbench bench, WeightManifold manifold) {
    Shape shape = Shape.of(manifold.basisSize(), weights);
    gram = manifold.gram();
    operators = bench.operators().update();
    basis = bench.normal(shape);
    gradient = bench.zeros(shape);
    first = bench.zeros(shape);
    second = bench.zeros(shape);
    solveIdeal = ideal("solve", Work.of(0, shape, shape));
    squaredNormIdeal = ideal("squaredNorm", Work.of(0, shape));
    sgdIdeal = ideal("sgd", StepWork.update(shape));
    adamIdeal = ideal("adam", Work.of(0, shape, shape, shape, shape, shape, shape, shape));
  }

  @Benchmark
  public void solve(OverIdeal overIdeal) {
    operators.solve(gram, gradient);
    done(overIdeal, solveIdeal);
  }

  @Benchmark
  public double squaredNorm(OverIdeal overIdeal) {
    double squaredNorm = operators.squaredNorm(gram, gradient);
    done(overIdeal, squaredNormIdeal);
    return squaredNorm;
  }

  @Benchmark
  public void sgd(OverIdeal overIdeal) {
    operators.sgd(SGD, gram, basis, gradient, first);
    done(overIdeal, sgdIdeal);
  }

  @Benchmark
  public void adam(OverIdeal overIdeal) {
    operators.adam(adam(AdamStep.Form.PAPER), gram, basis, gradient, first, second);
    done(overIdeal, adamIdeal);
  }

  @Benchmark
  public void adamWhitened(OverIdeal overIdeal) {
    operators.adam(adam(AdamStep.Form.WHITENED), gram, basis, gradient, first, second);
    done(overIdeal, adamIdeal);
  }

  private static AdamStep adam(AdamStep.Form form) {
    return new AdamStep(form, 1e-6, 0.9, 0.999, 1e-8, 0, 1, 1);
  }
}
