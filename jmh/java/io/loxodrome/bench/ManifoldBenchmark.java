package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import org.openjdk.jmh.annotations.Param;

/** A family of operators whose work grows with the basis size n: 1, 3, 8, 16 and 32. */
@SuppressWarnings("NullAway.Init") // JMH sets it before anything else
public abstract class ManifoldBenchmark extends OperatorBenchmark {
  @Param({"point", "ellipse", "spline:8", "spline:16", "spline:32"})
  public String manifold;

  @Override
  final void prepare(Workbench bench) {
    prepare(bench, WeightManifold.parse(manifold));
  }

  /** Makes the operands. */
  abstract void prepare(Workbench bench, WeightManifold manifold);
}
