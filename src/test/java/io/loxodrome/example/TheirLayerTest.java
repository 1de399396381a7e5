package io.loxodrome.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.Stream;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Draw;
import io.loxodrome.ops.cuda.DeviceNumbers;
import io.loxodrome.ptx.PtxDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide's example for other training stacks does what it says, kernels on the executor. */
@Tag("ptx")
class TheirLayerTest {
  private static final Path SOURCE = Path.of("src/test/java/io/loxodrome/example/TheirLayer.java");
  private static final int BATCH = 5;
  private static final int OUTPUTS = 6;
  private static final double BOUND = 1e-5;

  private final Draw draw = new Draw();
  private final PtxDriver driver = new PtxDriver(8);
  private final Stream stream = driver.createStream();
  private final DeviceNumbers numbers = new DeviceNumbers(driver, stream);

  @AfterEach
  void close() {
    driver.destroy(stream);
    driver.close();
  }

  private long upload(double[] values) {
    long address = room(values.length);
    numbers.write(address, values);
    return address;
  }

  private long room(int count) {
    return driver.allocate((long) count * Float.BYTES);
  }

  private double[] download(long address, int count) {
    return numbers.read(address, count);
  }

  /** The layer in double. */
  private static final class Example {
    private static final double STEP = 1e-6;

    private final WeightManifold manifold;
    private final double[] s;
    private final double[] y;
    private final double[] b;
    private final double[] dz;

    Example(WeightManifold manifold, double[] s, double[] y, double[] b, double[] dz) {
      this.manifold = manifold;
      this.s = s;
      this.y = y;
      this.b = b;
      this.dz = dz;
    }

    double[] at(int i) {
      int d = manifold.dimensions();
      return Arrays.copyOfRange(s, i * d, (i + 1) * d);
    }

    /** z_i if example i were at {@code place}. */
    double[] outputs(int i, double[] place) {
      int n = manifold.basisSize();
      double[] a = new double[n];
      manifold.coefficients(place, a);
      double[] z = new double[OUTPUTS];
      for (int o = 0; o < OUTPUTS; o++) {
        for (int k = 0; k < n; k++) {
          z[o] += a[k] * (y[(i * n + k) * OUTPUTS + o] + b[k * OUTPUTS + o]);
        }
        z[o] = Math.max(z[o], 0);
      }
      return z;
    }

    /** dL/ds by central differences, L = sum_o dz_o z_o. */
    double slope(int i, int axis) {
      return (loss(i, axis, STEP) - loss(i, axis, -STEP)) / (2 * STEP);
    }

    private double loss(int i, int axis, double step) {
      double[] place = at(i);
      place[axis] += step;
      double[] z = outputs(i, place);
      double sum = 0;
      for (int o = 0; o < OUTPUTS; o++) {
        sum += z[o] * dz[i * OUTPUTS + o];
      }
      return sum;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "spline:8", "torus"})
  void itMixesGoesBackAndFindsTheSlopeInS(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    int n = manifold.basisSize();
    int d = manifold.dimensions();
    double[] s = draw.uniforms((long) BATCH * d, 0.1, 0.9);
    double[] y = draw.normals((long) BATCH * n * OUTPUTS);
    double[] b = draw.normals((long) n * OUTPUTS);
    double[] dz = draw.normals(BATCH * OUTPUTS);
    long deviceS = upload(s);
    long deviceY = upload(y);
    long deviceB = upload(b);
    long deviceDz = upload(dz);
    long a = room(BATCH * n);
    long z = room(BATCH * OUTPUTS);
    long e = room(BATCH * n * OUTPUTS);
    long da = room(BATCH * n);
    long slopes = room(d * BATCH * n);
    long ds = room(d * BATCH);
    try (TheirLayer layer = new TheirLayer(driver, stream.handle(), manifold, BATCH, OUTPUTS)) {
      long workspace = driver.allocate(Math.max(1, layer.workspaceBytes()));
      layer.forward(deviceS, a, deviceY, deviceB, z);
      layer.backward(a, z, deviceDz, e);
      layer.conditioningGradient(deviceS, deviceY, deviceB, z, deviceDz, da, slopes, ds, workspace);
      double[] outputs = download(z, BATCH * OUTPUTS);
      double[] spread = download(e, BATCH * n * OUTPUTS);
      double[] coefficients = download(a, BATCH * n);
      double[] gradient = download(ds, d * BATCH);
      Example example = new Example(manifold, s, y, b, dz);
      for (int i = 0; i < BATCH; i++) {
        double[] expected = example.outputs(i, example.at(i));
        for (int o = 0; o < OUTPUTS; o++) {
          double mixed = expected[o];
          assertThat(outputs[i * OUTPUTS + o]).isCloseTo(mixed, within(mixed));
          for (int k = 0; k < n; k++) {
            double part = mixed > 0 ? coefficients[i * n + k] * dz[i * OUTPUTS + o] : 0;
            assertThat(spread[(i * n + k) * OUTPUTS + o]).isCloseTo(part, within(part));
          }
        }
        for (int m = 0; m < d; m++) {
          double slope = example.slope(i, m);
          assertThat(gradient[m * BATCH + i])
              .as("ds, %s, %s", spec, draw)
              .isCloseTo(slope, Offset.offset(1e-3 * (1 + Math.abs(slope))));
        }
      }
    }
  }

  private static Offset<Double> within(double value) {
    return Offset.offset(BOUND * (1 + Math.abs(value)));
  }

  @Test
  void theGuideShowsTheExampleAsItIs() throws IOException {
    List<String> lines = Files.readAllLines(SOURCE);
    int first = lines.indexOf("  // example");
    int last = lines.lastIndexOf("  // example");
    String example = String.join("\n", lines.subList(first + 1, last)).stripTrailing();
    assertThat(Files.readString(Path.of("src/site/markdown/cuda.md")))
        .contains(example.stripIndent());
  }
}
