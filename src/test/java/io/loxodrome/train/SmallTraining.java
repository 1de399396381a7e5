package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;

/** The paper's network on {@link SmallDataset}, trained on some device step by step. */
final class SmallTraining implements AutoCloseable {
  private static final double BOUND = 1e-5;
  private static final int BATCH = 6;

  private final Dataset data = SmallDataset.create();
  private final Device device;
  private final Layer network;
  private final Optimizer optimizer;
  private final double l2;
  private final ImageTask task;
  private final StoredImages images;
  private final List<Double> losses = new ArrayList<>();
  private TrainingPosition position = TrainingPosition.START;

  SmallTraining(Device device, String manifold, OptimizerChoice.Rule rule) {
    this(device, manifold, OptimizerChoice.of(rule));
  }

  SmallTraining(Device device, String manifold, OptimizerChoice optimizer) {
    this(device, manifold, optimizer, ImageTask.turned(new FixedAngles(4)));
  }

  SmallTraining(Device device, String manifold, OptimizerChoice optimizer, ImageTask task) {
    this.device = device;
    this.task = task;
    this.network =
        PaperCnn.initialized(
            device,
            WeightManifold.parse(manifold),
            Shape.of(1, SmallDataset.SIDE, SmallDataset.SIDE),
            SmallDataset.CLASSES,
            new Initialization(1));
    this.optimizer = optimizer.create(device, network.parameters(), 1);
    this.l2 = optimizer.l2();
    this.images = new StoredImages(device, data.train(), data.normalization());
  }

  /** Takes steps with a trainer of their own: it records the first and repeats it. */
  void train(int steps) throws IOException {
    try (Trainer trainer =
        new Trainer(
            device,
            network,
            optimizer,
            l2,
            images,
            task,
            new BatchOrder(data.train().count(), BATCH, 3),
            position)) {
      trainer.train(Integer.MAX_VALUE, new Steps(steps));
      position = trainer.position();
    }
  }

  /** What the parameters hold, one after the other. */
  private List<double[]> parameters() {
    return network.parameters().stream().map(parameter -> parameter.basis().toDoubles()).toList();
  }

  /** Requires the losses and parameters of another training, but for rounding. */
  void requireNear(SmallTraining expected) {
    assertThat(losses).hasSameSizeAs(expected.losses);
    for (int step = 0; step < losses.size(); step++) {
      double loss = expected.losses.get(step);
      assertThat(losses.get(step)).isCloseTo(loss, Offset.offset(BOUND * loss));
    }
    List<double[]> values = parameters();
    for (int i = 0; i < values.size(); i++) {
      assertThat(distance(values.get(i), expected.parameters().get(i)))
          .as("parameter %d", i)
          .isLessThan(BOUND);
    }
  }

  /**
   * Requires a course of losses that went down, and at every step is no farther than {@code bound}
   * from that of another training.
   */
  void requireSameCourse(SmallTraining expected, double bound) {
    assertThat(losses).hasSameSizeAs(expected.losses);
    for (int step = 0; step < losses.size(); step++) {
      assertThat(losses.get(step))
          .as("loss of step %d", step + 1)
          .isCloseTo(expected.losses.get(step), Offset.offset(bound));
    }
    assertThat(losses.get(losses.size() - 1)).isLessThan(0.5 * losses.get(0));
  }

  /** ||actual - expected|| / ||expected||. */
  private static double distance(double[] actual, double[] expected) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      size += expected[i] * expected[i];
    }
    return Math.sqrt(difference / size);
  }

  /** Requires the losses and parameters of another training, to the bit. */
  void requireSameBits(SmallTraining expected) {
    assertThat(losses).isEqualTo(expected.losses);
    List<double[]> values = parameters();
    for (int i = 0; i < values.size(); i++) {
      assertThat(values.get(i)).as("parameter %d", i).isEqualTo(expected.parameters().get(i));
    }
  }

  @Override
  public void close() {
    images.close();
    optimizer.close();
    network.close();
  }

  /** Stops after a number of steps. */
  private final class Steps implements TrainingListener {
    private int left;

    Steps(int count) {
      left = count;
    }

    @Override
    public void afterStep(int count, double loss) {
      losses.add(loss);
      left--;
    }

    @Override
    public void afterEpoch(int epoch, double loss) {}

    @Override
    public boolean stopRequested() {
      return left == 0;
    }
  }
}
