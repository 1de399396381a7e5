package io.loxodrome.train;

import io.loxodrome.data.BatchOrder;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Trains a classifier on images, one batch a step; or several at once that differ in their seeds
 * alone, on the same batches.
 *
 * <p>What a step computes is a function of the seed, the parameters, the optimiser's state and the
 * number of steps taken: a run that was stopped after any step and goes on later ends with the same
 * bits as one that was not.
 */
public final class Trainer implements AutoCloseable {
  private final Layer network;
  private final Optimizer optimizer;
  private final TrainingStep step;
  private final ImageTask task;
  private final BatchOrder order;
  private final List<Long> seeds;
  private final double[] lossSums;
  private final double[] epochLosses;

  /**
   * A trainer of one network that goes on at {@code position}, where the optimiser must be too.
   *
   * @param l2 lambda of a {@link io.loxodrome.optim.GrowingPenalty}, which the losses told of do
   *     not count; 0 for none
   * @param order of the images; its seed is that of how they are shown too
   */
  public Trainer(
      Device device,
      Layer network,
      Optimizer optimizer,
      double l2,
      StoredImages images,
      ImageTask task,
      BatchOrder order,
      TrainingPosition position) {
    this(device, network, optimizer, l2, images, task, order, List.of(order.seed()), position);
  }

  /**
   * A trainer of networks at once.
   *
   * @param networks on {@linkplain io.loxodrome.manifold.Replicas replicas}, if there are several
   * @param seeds of the networks, which messages name them by
   */
  Trainer(
      Device device,
      Layer networks,
      Optimizer optimizer,
      double l2,
      StoredImages images,
      ImageTask task,
      BatchOrder order,
      List<Long> seeds,
      TrainingPosition position) {
    this.network = networks;
    this.optimizer = optimizer;
    this.step =
        new TrainingStep(
            device, networks, optimizer, l2, images, task, order.batch(), seeds.size());
    this.task = task;
    this.order = order;
    this.seeds = seeds;
    this.lossSums = toArray(position.lossSums());
    this.epochLosses = toArray(position.epochLosses());
  }

  private static double[] toArray(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static List<Double> toList(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** How far it is. */
  public TrainingPosition position() {
    return new TrainingPosition(optimizer.steps(), toList(lossSums), toList(epochLosses));
  }

  /**
   * Takes steps until the given number of epochs is over, counted from the start of the run, or the
   * listener wants no more.
   *
   * @throws DivergedException if a loss, a gradient or a parameter is not finite; a loss before the
   *     step that would have used it
   * @throws IOException if the listener fails
   */
  public void train(int epochs, TrainingListener listener) throws IOException {
    long last = (long) epochs * order.batches();
    while (optimizer.steps() < last && !listener.stopRequested()) {
      trainEpoch(Math.toIntExact(optimizer.steps() / order.batches()), listener);
    }
  }

  /** Takes the steps that the epoch still lacks. */
  private void trainEpoch(int epoch, TrainingListener listener) throws IOException {
    int[][] batches = order.epoch(epoch);
    int next = (int) (optimizer.steps() % batches.length);
    while (next < batches.length && !listener.stopRequested()) {
      double[] losses = step(epoch, batches[next]);
      for (int r = 0; r < losses.length; r++) {
        lossSums[r] += losses[r];
      }
      listener.afterStep(batches[next].length, SoftmaxCrossEntropy.mean(losses));
      next++;
    }
    requireFinite(epoch);
    if (next == batches.length) {
      for (int r = 0; r < lossSums.length; r++) {
        epochLosses[r] = lossSums[r] / batches.length;
        lossSums[r] = 0;
      }
      listener.afterEpoch(epoch + 1, position().epochLoss());
    }
  }

  private double[] step(int epoch, int[] indices) {
    double[] losses = step.losses(task.training(order.seed(), epoch, indices));
    for (int r = 0; r < losses.length; r++) {
      if (!Double.isFinite(losses[r])) {
        throw new DivergedException(optimizer.steps() + 1, epoch + 1, finding(r, losses[r]));
      }
    }
    update(epoch);
    return losses;
  }

  private String finding(int replica, double loss) {
    return "the loss %sis %s, the first value that is not finite is in %s"
        .formatted(
            seeds.size() == 1 ? "" : "of seed " + seeds.get(replica) + " ", loss, step.origin());
  }

  private void update(int epoch) {
    try {
      step.update();
    } catch (ArithmeticException e) {
      throw new DivergedException(optimizer.steps() + 1, epoch + 1, String.valueOf(e.getMessage()));
    }
  }

  /** The last step's values have been in no loss yet, but are about to be saved or evaluated. */
  private void requireFinite(int epoch) {
    for (Parameter parameter : network.parameters()) {
      requireFinite(epoch, parameter.name(), parameter.basis());
    }
    optimizer.state().forEach((name, tensor) -> requireFinite(epoch, name, tensor));
  }

  private void requireFinite(int epoch, String name, Tensor tensor) {
    for (double value : tensor.toDoubles()) {
      if (!Double.isFinite(value)) {
        throw new DivergedException(optimizer.steps(), epoch + 1, name + " holds " + value);
      }
    }
  }

  /** Frees what a step needs; network, optimiser and images stay. */
  @Override
  public void close() {
    step.close();
  }
}
