package io.loxodrome.train;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.data.AngleGrid;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import java.util.function.BooleanSupplier;

/** Measures a classifier's accuracy on images turned to the angles of a grid. */
public final class Evaluator {
  private static final int BATCH = 250;

  private final Device device;
  private final RotatedImages images;
  private final AngleGrid grid;

  /** Shows every image at as many angles as the grid has strata. */
  public Evaluator(Device device, RotatedImages images, AngleGrid grid) {
    this.device = device;
    this.images = images;
    this.grid = grid;
  }

  /**
   * Classifies every image at each of its angles.
   *
   * @param stop asked between batches
   * @throws RunStoppedException if told to stop
   */
  public AngleAccuracy accuracy(Layer network, BooleanSupplier stop) {
    AngleAccuracy accuracy = new AngleAccuracy(grid);
    int[][] steps = grid.stepsFor(images.count());
    int shown = images.count() * grid.perImage();
    for (int first = 0; first < shown; first += BATCH) {
      if (stop.getAsBoolean()) {
        throw new RunStoppedException(
            "evaluation was stopped after %d of %d images".formatted(first, shown));
      }
      classify(network, steps, first, Math.min(BATCH, shown - first), accuracy);
    }
    return accuracy;
  }

  /** Shows {@code count} images from number {@code first} on, images counted once per angle. */
  private void classify(
      Layer network, int[][] steps, int first, int count, AngleAccuracy accuracy) {
    int[] indices = new int[count];
    int[] step = new int[count];
    double[] turns = new double[count];
    for (int i = 0; i < count; i++) {
      indices[i] = (first + i) / grid.perImage();
      step[i] = steps[indices[i]][(first + i) % grid.perImage()];
      turns[i] = grid.angle(step[i]);
    }
    try (ImageBatch batch = images.batch(indices, turns);
        Conditioning conditioning = new Conditioning(device, batch.values());
        Tape tape = Tape.forwardOnly(device)) {
      Variable x = Variable.constant("images", batch.images());
      Variable logits = network.forward(tape, x, conditioning);
      byte[] correct = SoftmaxCrossEntropy.of(tape, logits, batch.labels()).correct().toBytes();
      for (int i = 0; i < count; i++) {
        accuracy.count(step[i], correct[i] != 0);
      }
    }
  }
}
