package io.loxodrome.riemann;

import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * M^-1 by Woodbury's identity: with Q = D^-1 (0 on frozen points) and S = K^T Q K,
 *
 * <pre>  M^-1 g = Q (g - K w) / mu,  (mu I + S) w = K^T Q g,</pre>
 *
 * <p>which is a system of the size of the columns, not of the parameters.
 */
final class WoodburyInverse implements MetricInverse {
  private final Device device;
  private final ModuleColumns columns;

  WoodburyInverse(Device device, ModuleColumns columns) {
    this.device = device;
    this.columns = columns;
  }

  private DampedSystem system() {
    return new DampedSystem(device, columns.name(), columns.gram(), columns::newGram);
  }

  @Override
  public double largestEigenvalue() {
    return system().largestEigenvalue();
  }

  @Override
  public double precondition(double damping, List<Tensor> gradients) {
    double inManifold = 0;
    for (Tensor gradient : gradients) {
      inManifold += device.operators().update().squaredNorm(columns.metric(), gradient);
    }
    try (Tensor values = device.allocate(Shape.of(columns.size()))) {
      columns.project(gradients, values);
      double[] projections = values.toDoubles();
      system().solve(damping, values);
      double explained = SymmetricMatrix.dot(projections, values.toDoubles());
      columns.subtractCombination(values, gradients);
      return Math.max(0, inManifold - explained) / damping;
    }
  }

  /** Nothing: all is the columns'. */
  @Override
  public void close() {}
}
