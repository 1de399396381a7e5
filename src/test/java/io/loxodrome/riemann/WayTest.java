package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Flatten;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldConv2d;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Problem;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All ways on all devices come to one step, one length and one damping. */
class WayTest {
  private static final int BATCH = 6;
  private static final int CLASSES = 3;

  private static Layer network(Device device, String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    Initialization initialization = new Initialization(3, 1);
    Convolution convolution = Convolution.same(2, 3, 3, 3, 3).activated(Activation.RELU);
    return Sequential.of(
        ManifoldConv2d.initialized(device, "conv", manifold, convolution, initialization),
        new Flatten("flatten"),
        ManifoldLinear.initialized(
            device, "linear", manifold, new Linear(27, CLASSES, Activation.NONE), initialization));
  }

  /** What a module makes of gradients, and of its damping. */
  private record Outcome(double damping, double squaredLength, List<Double> step) {}

  private static Function<ModuleSize, Way> forced(Way way) {
    return size -> size.ways().contains(way) ? way : Way.ROWS;
  }

  private static List<Outcome> outcomes(String deviceName, String spec, Way way, double damping) {
    List<Outcome> outcomes = new ArrayList<>();
    try (Device device = Device.open(deviceName)) {
      try (Layer network = network(device, spec);
          Problem problem = new Problem(device, BATCH, Shape.of(2, 3, 3), 1, CLASSES);
          Conditioning conditioning = new Conditioning(device, problem.places());
          Tape tape = Tape.recording(device)) {
        Variable x = Variable.constant("x", problem.inputs());
        Variable y = network.forward(tape, x, conditioning);
        try (LayerwiseMetric metric =
            LayerwiseMetric.of(
                tape, y, network.parameters(), new OutputFactor.Softmax(), 0, forced(way))) {
          metric.modules().forEach(module -> outcomes.add(outcome(device, module, damping)));
        }
      }
      if (!deviceName.equals("cpu")) { // which keeps what its convolutions work in
        assertThat(device.bytesInUse()).isZero();
      }
    }
    return outcomes;
  }

  /** M^-1 g for random g. */
  private static Outcome outcome(Device device, ModuleMetric module, double damping) {
    double effective = module.effectiveDamping(damping);
    List<Tensor> gradients =
        module.parameters().stream()
            .map(parameter -> parameter.basis().shape())
            .map(shape -> device.allocate(shape).write(Problem.normals(4, (int) shape.size())))
            .toList();
    double squaredLength = module.precondition(effective, gradients);
    gradients.forEach(
        gradient -> device.operators().update().solve(module.parameters().get(0).gram(), gradient));
    List<Double> step =
        gradients.stream()
            .flatMapToDouble(gradient -> Arrays.stream(gradient.toDoubles()))
            .mapToObj(value -> value / effective)
            .toList();
    gradients.forEach(Tensor::close);
    return new Outcome(effective, squaredLength, step);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @ParameterizedTest
  @CsvSource({"reference:float64, 1e-11", "reference, 1e-4", "cpu, 1e-4", "ptx, 1e-4"})
  void everyWayComesToOneStep(String deviceName, double bound) {
    for (String spec : List.of("point", "rod", "ellipse")) {
      List<Outcome> expected = outcomes("reference:float64", spec, Way.ROWS, 0.1);
      for (Way way : Way.values()) {
        List<Outcome> found = outcomes(deviceName, spec, way, 0.1);
        for (int m = 0; m < expected.size(); m++) {
          Outcome one = found.get(m);
          Outcome other = expected.get(m);
          assertThat(Dense.relativeError(array(one.step()), array(other.step())))
              .as("module %d on %s by %s", m, spec, way)
              .isLessThan(bound);
          assertThat(one.squaredLength())
              .as("length in module %d on %s by %s", m, spec, way)
              .isCloseTo(other.squaredLength(), within(bound * other.squaredLength()));
        }
      }
    }
  }

  /**
   * Without any of its own the damping is a share of an eigenvalue that all ways have alike, and
   * estimate from different beginnings.
   */
  @ParameterizedTest
  @ValueSource(strings = {"reference:float64", "reference", "cpu", "ptx"})
  void everyWayIsDampedAlike(String deviceName) {
    for (String spec : List.of("point", "rod", "ellipse")) {
      List<Outcome> expected = outcomes(deviceName, spec, Way.ROWS, 0);
      for (Way way : Way.values()) {
        List<Outcome> found = outcomes(deviceName, spec, way, 0);
        for (int m = 0; m < expected.size(); m++) {
          double damping = expected.get(m).damping();
          assertThat(damping).isPositive();
          assertThat(found.get(m).damping()).isCloseTo(damping, within(0.2 * damping));
          assertThat(found.get(m).step()).as("%s by %s", spec, way).allMatch(Double::isFinite);
          assertThat(found.get(m).squaredLength()).isPositive().isFinite();
        }
      }
    }
  }
}
