package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.AngleScheme;
import io.loxodrome.tensor.Philox;
import java.util.List;

/**
 * Images turned by 2 pi s, s from an angle scheme; judged over a grid of angles.
 *
 * @param angles trained on
 */
record TurnedImages(AngleScheme angles) implements ImageTask {
  /** What its text begins with. */
  static final String KIND = "turned:";

  /** Angles of the evaluation grid: one a degree. */
  static final int GRID_STEPS = 360;

  /** Angles at which each test image is shown. */
  static final int ANGLES_PER_IMAGE = 4;

  /** Keeps the angles apart from all else drawn from the same seed: "turn" in ASCII. */
  private static final long ANGLES = 0x7475726E;

  @Override
  public String spec() {
    return KIND + angles.spec();
  }

  @Override
  public Showing training(long seed, int epoch, int[] indices) {
    Philox random = new Philox(seed).derived(ANGLES);
    double[] turns = new double[indices.length];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = angles.sample(random, epoch, indices[i]);
    }
    return Showing.turned(indices, turns);
  }

  @Override
  public Exhibition exhibition(long seed, int images) {
    return new AngleExhibition(new AngleGrid(GRID_STEPS, ANGLES_PER_IMAGE, seed), images);
  }

  @Override
  public boolean trains(List<Double> place) {
    return angles.seen(place.get(0));
  }

  @Override
  public boolean showsAlike() {
    return true;
  }
}
