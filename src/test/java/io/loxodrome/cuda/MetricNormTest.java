package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricNormTest extends KernelTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "line",
        "rod",
        "ellipse",
        "bezier:4",
        "spline:16",
        "spline:17",
        "spline:20:periodic",
        "spline:64:unclamped",
        "spline:200",
        "spline:200:periodic",
        "spline:800:periodic",
        "spline-sheet:8x8",
        "product(rod,spline:8)",
        "product(rod,spline:50)",
        "product(spline:17,spline:9:periodic)",
        "replicas(5,spline:17)"
      })
  void measuresOnEveryManifold(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    for (Storage storage : Storage.values()) {
      measures(gram, new Matrices(1, gram.size(), 40), storage, 0);
      measures(gram, new Matrices(3, gram.size(), 37), storage, 0);
      measures(gram, new Matrices(1, gram.size(), 136), storage, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "line", "spline:17"})
  void measuresAnyNumberOfColumns(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    for (int columns : new int[] {0, 1, 15, 16, 17, 127, 128, 129, 1000, 8192}) {
      measures(gram, new Matrices(1, gram.size(), columns), Storage.FLOAT32, 0);
    }
    measures(gram, new Matrices(0, gram.size(), 8), Storage.FLOAT32, 0);
    measures(gram, new Matrices(700, gram.size(), 1), Storage.FLOAT32, 0);
  }

  /** A large first term must not swallow the many small ones after it. */
  @Test
  void carriesRoundingErrorsAlong() {
    Gram gram = WeightManifold.parse("point").gram();
    Matrices shape = new Matrices(1, 1, 1 << 15);
    double[] g = new double[shape.count()];
    for (int i = 0; i < g.length; i++) {
      g[i] = i < 1024 ? 1 << 12 : 1;
    }
    DeviceArray gradient = input(Storage.FLOAT32, g);
    double expected = 1024.0 * (1 << 24) + g.length - 1024;
    assertThat(squaredNorm(gram, shape, gradient, Storage.FLOAT32)).isEqualTo(expected);
  }

  private void measures(Gram gram, Matrices shape, Storage storage, int off) {
    double[] g = Numbers.rounded(storage, draw.normals(shape.count()));
    double[] solved = shape.solved(gram, g);
    double expected = 0;
    for (int i = 0; i < g.length; i++) {
      expected += g[i] * solved[i];
    }
    DeviceArray gradient = input(storage, g, off);
    double norm = squaredNorm(gram, shape, gradient, storage);
    boolean rounded = storage == Storage.BFLOAT16 && gram.size() > MetricForm.Dense.MOST;
    double error = rounded ? 1e-2 : 1e-6 * Math.sqrt(gram.size());
    assertThat(norm)
        .as("n = %d, %s, %s, %s", gram.size(), shape, storage, draw)
        .isCloseTo(expected, within(error * expected));
    verify("norm", new Output(gradient, storage, g, 1));
  }

  private double squaredNorm(Gram gram, Matrices shape, DeviceArray gradient, Storage storage) {
    try (MetricFactors metric = MetricFactors.of(driver, gram)) {
      return squaredNorm(metric, shape, gradient, storage);
    }
  }

  private double squaredNorm(
      MetricFactors metric, Matrices shape, DeviceArray gradient, Storage storage) {
    MetricNorm norm = new MetricNorm(kernels);
    MetricShape columns = new MetricShape(shape.matrices(), shape.columns());
    DeviceArray workspace = outputBytes(norm.workspaceBytes(metric, columns, storage));
    DeviceArray total = outputBytes(Double.BYTES);
    norm.squaredNorm(
        metric,
        columns,
        gradient.address(),
        storage,
        workspace.address(),
        total.address(),
        Stream.DEFAULT);
    return ByteBuffer.wrap(total.read()).order(ByteOrder.nativeOrder()).getDouble();
  }

  @ParameterizedTest
  @CsvSource({
    "point, 8192, FLOAT32",
    "ellipse, 8192, BFLOAT16",
    "spline:8, 4096, FLOAT32",
    "spline:64, 2048, FLOAT32",
    "spline:64:periodic, 2048, BFLOAT16",
  })
  void readsEachNumberOnce(String spec, int columns, Storage storage) {
    Gram gram = WeightManifold.parse(spec).gram();
    Matrices shape = new Matrices(1, gram.size(), columns);
    double[] g = Numbers.rounded(storage, draw.normals(shape.count()));
    DeviceArray gradient = input(storage, g);
    try (MetricFactors metric = MetricFactors.of(driver, gram)) {
      squaredNorm(metric, shape, gradient, storage);
      LaunchShape blocks = driver.takeLaunches().get(0).shape();
      long factors = FactorTraffic.bytes(metric.form(), blocks);
      squaredNorm(metric, shape, gradient, storage);
      // Each block writes its partial sum to a sector, and the last reads them all.
      long partials = blocks.blocksX() * blocks.blocksY();
      long sums = 32 * partials + (partials * Double.BYTES + 31) / 32 * 32 + 32;
      Traffic traffic =
          measure(
              "%s x %d, %s".formatted(spec, columns, storage),
              shape.count(),
              (long) shape.count() * storage.bytes() + factors + sums,
              new Output(gradient, storage, g, 1));
      assertThat(traffic.movedOverIdeal()).isEqualTo(1);
    }
  }

  @Test
  void refusesBadAddressesBeforeAnythingIsLaunched() {
    MetricNorm norm = new MetricNorm(kernels);
    MetricShape shape = MetricShape.of(8);
    Storage storage = Storage.FLOAT32;
    Stream stream = Stream.DEFAULT;
    try (MetricFactors line = MetricFactors.of(driver, WeightManifold.parse("line").gram())) {
      assertThatThrownBy(() -> norm.squaredNorm(line, shape, 0, storage, 256, 512, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("gradient is a null address, expected device memory");
      assertThatThrownBy(() -> norm.squaredNorm(line, shape, 256, storage, 8, 512, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("workspace is at address 0x8, which is no multiple of 16 bytes");
      assertThatThrownBy(() -> norm.squaredNorm(line, shape, 256, storage, 512, 4, stream))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("total is at address 0x4, which is no multiple of 8 bytes");
    }
    assertThat(driver.takeLaunches()).isEmpty();
  }
}
