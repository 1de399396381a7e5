package io.loxodrome.bench;

import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Operators on single elements, as many as the first convolution has outputs. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class ElementwiseBenchmark extends OperatorBenchmark {
  private static final int OUTPUTS = 32 * 32 * 32;

  /** So small that y stays finite over any number of calls. */
  private static final double FACTOR = 1e-12;

  @Param({"32", "128", "512"})
  public int batch;

  private ElementwiseOperators operators;
  private Tensor x;
  private Tensor y;
  private Tensor z;
  private double fillIdeal;
  private double copyIdeal;
  private double addScaledIdeal;
  private double reluIdeal;
  private double reluBackwardIdeal;

  @Override
  void prepare(Workbench bench) {
    Shape shape = Shape.of(batch, OUTPUTS);
    operators = bench.operators().elementwise();
    x = bench.normal(shape);
    y = bench.normal(shape);
    z = bench.empty(shape);
    fillIdeal = ideal("fill", Work.of(0, shape));
    copyIdeal = ideal("copy", Work.of(0, shape, shape));
    addScaledIdeal = ideal("addScaled", Work.of(0, shape, shape, shape));
    reluIdeal = ideal("relu", Work.of(0, shape, shape));
    reluBackwardIdeal = ideal("reluBackward", Work.of(0, shape, shape, shape));
  }

  @Benchmark
  public void fill(OverIdeal overIdeal) {
    operators.fill(z, 1);
    done(overIdeal, fillIdeal);
  }

  @Benchmark
  public void copy(OverIdeal overIdeal) {
    operators.copy(x, z);
    done(overIdeal, copyIdeal);
  }

  @Benchmark
  public void addScaled(OverIdeal overIdeal) {
    operators.addScaled(y, FACTOR, x);
    done(overIdeal, addScaledIdeal);
  }

  @Benchmark
  public void relu(OverIdeal overIdeal) {
    operators.relu(x, z);
    done(overIdeal, reluIdeal);
  }

  @Benchmark
  public void reluBackward(OverIdeal overIdeal) {
    operators.reluBackward(y, x, z);
    done(overIdeal, reluBackwardIdeal);
  }
}
