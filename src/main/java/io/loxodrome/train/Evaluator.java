package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.nn.Layer;
import io.loxodrome.ops.Device;
import java.util.function.BooleanSupplier;

/** Measures a classifier's accuracy on images turned to the angles of a grid. */
public final class Evaluator {
  private final Device device;
  private final StoredImages images;
  private final AngleGrid grid;

  /** Shows every image at as many angles as the grid has strata. */
  public Evaluator(Device device, StoredImages images, AngleGrid grid) {
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
    Exhibition angles = new AngleExhibition(grid, images.count());
    new Judge(device, images, angles, 1)
        .judge(network, stop, (replica, step, right) -> accuracy.count(step, right));
    return accuracy;
  }
}
