package io.loxodrome.train;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;

/**
 * Trains a classifier on turned images, one batch a step.
 *
 * <p>What a step computes is a function of the seed, the parameters, the optimiser's state and the
 * number of steps taken: a run that was stopped after any step and goes on later ends with the same
 * bits as one that was not.
 */
public final class Trainer implements AutoCloseable {
  private final Layer network;
  private final Optimizer optimizer;
  private final TrainingStep step;
  private final Turns turns;
  private final BatchOrder order;
  private double lossSum;
  private double epochLoss;

  /**
   * A trainer that goes on at {@code position}, where the optimiser must be too.
   *
   * @param order of the images; its seed is that of the angles too
   */
  public Trainer(
      Device device,
      Layer network,
      Optimizer optimizer,
      RotatedImages images,
      AngleScheme angles,
      BatchOrder order,
      TrainingPosition position) {
    this.network = network;
    this.optimizer = optimizer;
    this.step = new TrainingStep(device, network, optimizer, images, order.batch());
    this.turns = new Turns(angles, order.seed());
    this.order = order;
    this.lossSum = position.lossSum();
    this.epochLoss = position.epochLoss();
  }

  /** How far it is. */
  public TrainingPosition position() {
    return new TrainingPosition(optimizer.steps(), lossSum, epochLoss);
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
      double loss = step(epoch, batches[next]);
      lossSum += loss;
      listener.afterStep(batches[next].length, loss);
      next++;
    }
    requireFinite(epoch);
    if (next == batches.length) {
      epochLoss = lossSum / batches.length;
      lossSum = 0;
      listener.afterEpoch(epoch + 1, epochLoss);
    }
  }

  private double step(int epoch, int[] indices) {
    double mean = step.loss(indices, turns.of(epoch, indices));
    if (!Double.isFinite(mean)) {
      throw new DivergedException(optimizer.steps() + 1, epoch + 1, finding(mean));
    }
    update(epoch);
    return mean;
  }

  private String finding(double loss) {
    return "the loss is " + loss + ", the first value that is not finite is in " + step.origin();
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
