package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What the device reaches where nothing stands in its way, measured in the same run: the arithmetic
 * of one large matrix product and the traffic of one large copy.
 *
 * @param operationsPerSecond floating-point, a multiply-add being two
 * @param bytesPerSecond read and written
 */
record Ceiling(double operationsPerSecond, double bytesPerSecond) {
  private static final int COPIED = 1 << 24;
  private static final int SIDE = 2048;
  private static final int ROWS = 512;
  private static final int RUNS = 60;

  /**
   * Measures a device as it is without a plan: one that is forced would be slow at a plain product.
   *
   * @param device its name, with or without a plan
   */
  static Ceiling measure(String device) {
    String free =
        Arrays.stream(device.split(":"))
            .filter(option -> PlanChoice.parse(option).isEmpty())
            .collect(Collectors.joining(":"));
    try (Workbench bench = new Workbench(free)) {
      return new Ceiling(operationsPerSecond(bench), bytesPerSecond(bench));
    }
  }

  private static double operationsPerSecond(Workbench bench) {
    Linear layer = new Linear(SIDE, SIDE, Activation.NONE);
    Mixture mixture =
        bench.mixture(WeightManifold.parse("point"), ROWS, layer.weightShape(), layer.biasShape());
    Tensor x = bench.normal(layer.inputShape(ROWS));
    Tensor y = bench.empty(layer.outputShape(ROWS));
    double operations = 2.0 * ROWS * SIDE * SIDE;
    return operations
        / leastSeconds(bench, () -> bench.operators().linear().forward(layer, mixture, x, y));
  }

  private static double bytesPerSecond(Workbench bench) {
    Tensor from = bench.normal(Shape.of(COPIED));
    Tensor to = bench.empty(Shape.of(COPIED));
    return 2.0
        * Float.BYTES
        * COPIED
        / leastSeconds(bench, () -> bench.operators().elementwise().copy(from, to));
  }

  private static double leastSeconds(Workbench bench, Runnable work) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      work.run();
      bench.await();
      least = Math.min(least, System.nanoTime() - start);
    }
    return least / 1e9;
  }

  /** The ideal time: that of the arithmetic or of the traffic, whichever takes longer. */
  double milliseconds(Work work) {
    return 1e3 * Math.max(work.operations() / operationsPerSecond, work.bytes() / bytesPerSecond);
  }

  /** One line for the log. */
  String describe(String operator, Work work) {
    return "# ideal %s: %.3f GFLOP at %.1f GFLOP/s, %.2f MB at %.1f GB/s: %.3f ms"
        .formatted(
            operator,
            work.operations() / 1e9,
            operationsPerSecond / 1e9,
            work.bytes() / 1e6,
            bytesPerSecond / 1e9,
            milliseconds(work));
  }
}
