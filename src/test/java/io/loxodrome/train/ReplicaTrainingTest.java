package io.loxodrome.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.NoiseSchedule;
import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Flatten;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldConv2d;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Optimizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of the networks trained at once ends where it would alone. */
class ReplicaTrainingTest {
  private static final List<Long> SEEDS = List.of(5L, -2L, 77L);
  private static final int STEPS = 20;
  private static final int BATCH = 6;
  private static final ImageTask TURNED = ImageTask.turned(new FixedAngles(4));

  private final Dataset data = SmallDataset.create();

  static Stream<OptimizerChoice> optimizers() {
    return Stream.of(
        choice(OptimizerChoice.Rule.SGD, AdamStep.Form.PAPER, 0.01, 0.01),
        choice(OptimizerChoice.Rule.ADAMW, AdamStep.Form.PAPER, 0.002, 0.01),
        choice(OptimizerChoice.Rule.ADAMW, AdamStep.Form.WHITENED, 0.002, 0.01),
        choice(OptimizerChoice.Rule.SGD, AdamStep.Form.PAPER, 0.01, 0).withL2(0.02));
  }

  private static OptimizerChoice choice(
      OptimizerChoice.Rule rule, AdamStep.Form form, double learningRate, double decay) {
    return new OptimizerChoice(rule, form, learningRate, 0.9, decay, OptionalDouble.empty());
  }

  static Stream<Arguments> specsAndOptimizers() {
    return Stream.of("point", "ellipse", "spline:8", "rod")
        .flatMap(spec -> optimizers().map(optimizer -> Arguments.of(spec, slow(spec, optimizer))));
  }

  /** Slow enough for the fastest place of the manifold. */
  private static OptimizerChoice slow(String spec, OptimizerChoice choice) {
    double supremum = WeightManifold.parse(spec).supremum();
    return choice(
            choice.rule(),
            choice.form(),
            choice.learningRate() * 3 / Math.max(3, supremum),
            choice.weightDecay())
        .withL2(choice.l2());
  }

  /** What training leaves: parameters by name, and the losses of the steps. */
  private record Trained(Map<String, List<Double>> parameters, List<Double> losses) {}

  private static Layer network(Device device, WeightManifold manifold, Initialization start) {
    Convolution convolution =
        Convolution.same(1, 3, SmallDataset.SIDE, SmallDataset.SIDE, 3)
            .activated(Activation.RELU)
            .pooled(2);
    Linear hidden = new Linear(3 * 4 * 4, 20, Activation.RELU);
    Linear output = new Linear(20, SmallDataset.CLASSES, Activation.NONE);
    return Sequential.of(
        ManifoldConv2d.initialized(device, "conv", manifold, convolution, start),
        new Flatten("flatten"),
        ManifoldLinear.initialized(device, "hidden", manifold, hidden, start),
        ManifoldLinear.initialized(device, "output", manifold, output, start));
  }

  private Trained train(
      Device device,
      WeightManifold manifold,
      OptimizerChoice choice,
      ImageTask task,
      int steps,
      List<Long> seeds)
      throws IOException {
    List<Double> losses = new ArrayList<>();
    try (Layer networks = network(device, manifold, new Initialization(seeds));
        Optimizer optimizer = choice.create(device, networks.parameters(), 1);
        StoredImages images = new StoredImages(device, data.train(), data.normalization());
        Trainer trainer =
            new Trainer(
                device,
                networks,
                optimizer,
                choice.l2(),
                images,
                task,
                new BatchOrder(data.train().count(), BATCH, 3),
                seeds,
                TrainingPosition.start(seeds.size()))) {
      trainer.train(
          steps,
          new TrainingListener() {
            @Override
            public void afterStep(int count, double loss) {
              losses.add(loss);
            }

            @Override
            public void afterEpoch(int epoch, double loss) {}

            @Override
            public boolean stopRequested() {
              return losses.size() == steps;
            }
          });
      Map<String, List<Double>> parameters = new LinkedHashMap<>();
      for (Parameter parameter : networks.parameters()) {
        double[] values = parameter.basis().toDoubles();
        parameters.put(parameter.name(), Arrays.stream(values).boxed().toList());
      }
      return new Trained(parameters, losses);
    }
  }

  private void requireAsAlone(
      String deviceName,
      String spec,
      OptimizerChoice choice,
      ImageTask task,
      int steps,
      double bound)
      throws IOException {
    WeightManifold each = WeightManifold.parse(spec);
    try (Device device = Device.open(deviceName)) {
      Replicas replicas = new Replicas(SEEDS.size(), each);
      Trained together = train(device, replicas, choice, task, steps, SEEDS);
      double[] losses = new double[steps];
      for (int r = 0; r < SEEDS.size(); r++) {
        Trained alone = train(device, each, choice, task, steps, List.of(SEEDS.get(r)));
        requireNear(together, alone, r, bound);
        for (int step = 0; step < steps; step++) {
          losses[step] += alone.losses().get(step) / SEEDS.size();
        }
      }
      for (int step = 0; step < steps; step++) {
        assertThat(together.losses().get(step) / losses[step] - 1).isBetween(-bound, bound);
      }
      // So that the agreement says something: they have moved by then.
      double first = losses[0] + losses[1] + losses[2];
      double last = losses[steps - 3] + losses[steps - 2] + losses[steps - 1];
      assertThat(Math.abs(last / first - 1)).isGreaterThan(0.01);
    }
  }

  private static void requireNear(Trained together, Trained alone, int replica, double bound) {
    alone
        .parameters()
        .forEach(
            (name, expected) -> {
              int size = expected.size();
              List<Double> all = requireNonNull(together.parameters().get(name));
              assertThat(all).hasSize(size * SEEDS.size());
              List<Double> own = all.subList(replica * size, (replica + 1) * size);
              assertThat(distance(own, expected))
                  .as("%s of replica %d", name, replica)
                  .isLessThan(bound);
            });
  }

  /** ||actual - expected|| / ||expected||. */
  private static double distance(List<Double> actual, List<Double> expected) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.size(); i++) {
      difference += Math.pow(actual.get(i) - expected.get(i), 2);
      size += Math.pow(expected.get(i), 2);
    }
    return Math.sqrt(difference / size);
  }

  @ParameterizedTest
  @MethodSource("specsAndOptimizers")
  void inDoubleEachIsAsItWouldBeAlone(String spec, OptimizerChoice choice) throws IOException {
    requireAsAlone("reference:float64", spec, choice, TURNED, STEPS, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("specsAndOptimizers")
  void onTheCpuEachIsAsItWouldBeAlone(String spec, OptimizerChoice choice) throws IOException {
    requireAsAlone("cpu", spec, choice, TURNED, STEPS, 1e-5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"outputs", "inputs", "weights", "spans", "shared"})
  void anyPlanDoes(String plan) throws IOException {
    requireAsAlone("cpu:" + plan, "ellipse", optimizers().findFirst().get(), TURNED, STEPS, 1e-5);
  }

  static Stream<ImageTask> tasks() {
    return Stream.of(ImageTask.noisy(new NoiseSchedule(0.5)), ImageTask.unconditioned());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void underAnyTaskEachIsAsItWouldBeAlone(ImageTask task) throws IOException {
    requireAsAlone("cpu", "line", optimizers().findFirst().get(), task, STEPS, 1e-5);
  }

  /** On the executor of PTX. */
  @Tag("ptx")
  @ParameterizedTest
  @CsvSource({"point, SGD, PAPER", "ellipse, ADAMW, PAPER", "spline:5, ADAMW, WHITENED"})
  void onCudaEachIsAsItWouldBeAlone(String spec, OptimizerChoice.Rule rule, AdamStep.Form form)
      throws IOException {
    requireAsAlone("ptx", spec, choice(rule, form, 0.002, 0.01), TURNED, 6, 1e-5);
  }
}
