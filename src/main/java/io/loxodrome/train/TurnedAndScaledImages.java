package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.AngleScheme;
import io.loxodrome.ops.ImageOperators;
import io.loxodrome.tensor.Philox;
import java.util.List;

/**
 * Images turned by 2 pi s_1 and shown Z^cos(2 pi s_2) as large, which swings between Z and 1 / Z:
 * two conditioning values, each of which comes back to where it began; judged over a grid of both.
 *
 * @param most Z, above 1 and at most 16
 * @param angles s_1 trained on
 * @param phases s_2 trained on
 */
record TurnedAndScaledImages(double most, AngleScheme angles, AngleScheme phases)
    implements ImageTask {
  /** What its text begins with. */
  static final String KIND = "scaled:";

  /** Angles and phases of the evaluation grid. */
  static final int GRID_ANGLES = 36;

  static final int GRID_PHASES = 12;

  /** Places of the grid at which each test image is shown. */
  private static final int PLACES_PER_IMAGE = 4;

  /** Keeps the angles apart from all else drawn from the same seed: "turn" in ASCII. */
  private static final long ANGLES = 0x7475726E;

  /** Likewise the phases: "size" in ASCII. */
  private static final long PHASES = 0x73697A65;

  private static final String FORM = "scaled:Z:ANGLES/PHASES as in scaled:1.5:fixed:36/fixed:12";

  /**
   * Checks the scale.
   *
   * @throws IllegalArgumentException if it is NaN or out of bounds
   */
  TurnedAndScaledImages {
    if (!(most > 1 && most <= ImageOperators.MOST_SHRINK)) {
      throw new IllegalArgumentException(
          "scale is %s, expected above 1 and at most %s"
              .formatted(most, ImageOperators.MOST_SHRINK));
    }
  }

  /** What follows {@link #KIND} in its text. */
  static TurnedAndScaledImages parse(String spec) {
    int first = spec.indexOf(':');
    int second = spec.indexOf('/');
    if (first < 0 || second < first) {
      throw new IllegalArgumentException(
          "unknown task '%s%s', expected %s".formatted(KIND, spec, FORM));
    }
    try {
      return new TurnedAndScaledImages(
          Double.parseDouble(spec.substring(0, first)),
          AngleScheme.parse(spec.substring(first + 1, second)),
          AngleScheme.parse(spec.substring(second + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "scale of '%s%s' is no number, expected %s".formatted(KIND, spec, FORM), e);
    }
  }

  @Override
  public String spec() {
    return KIND + most + ":" + angles.spec() + "/" + phases.spec();
  }

  @Override
  public int dimensions() {
    return 2;
  }

  @Override
  public Showing training(long seed, int epoch, int[] indices) {
    Philox angle = new Philox(seed).derived(ANGLES);
    Philox phase = new Philox(seed).derived(PHASES);
    double[] turns = new double[indices.length];
    double[] phasesDrawn = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      turns[i] = angles.sample(angle, epoch, indices[i]);
      phasesDrawn[i] = phases.sample(phase, epoch, indices[i]);
    }
    return showing(indices, turns, phasesDrawn);
  }

  private Showing showing(int[] indices, double[] turns, double[] phases) {
    double[] shrinks = new double[indices.length];
    for (int i = 0; i < shrinks.length; i++) {
      shrinks[i] = Math.pow(most, -Math.cos(2 * Math.PI * phases[i]));
    }
    return Showing.turnedAndScaled(indices, turns, shrinks, phases);
  }

  @Override
  public Exhibition exhibition(long seed, int images) {
    return new Grid(new AngleGrid(GRID_ANGLES * GRID_PHASES, PLACES_PER_IMAGE, seed), images);
  }

  @Override
  public boolean trains(List<Double> place) {
    return angles.seen(place.get(0)) && phases.seen(place.get(1));
  }

  @Override
  public boolean showsAlike() {
    return true;
  }

  /** Each image at one place in each fourth of the angles, at any phase. */
  private final class Grid implements Exhibition {
    private final AngleGrid grid;
    private final int[][] chosen;

    Grid(AngleGrid grid, int images) {
      this.grid = grid;
      this.chosen = grid.stepsFor(images);
    }

    @Override
    public int levels() {
      return grid.steps();
    }

    @Override
    public List<Double> place(int level) {
      int angle = level / GRID_PHASES;
      int phase = level % GRID_PHASES;
      return List.of(angle / (double) GRID_ANGLES, phase / (double) GRID_PHASES);
    }

    @Override
    public int size() {
      return Math.multiplyExact(chosen.length, PLACES_PER_IMAGE);
    }

    @Override
    public int level(int number) {
      return chosen[number / PLACES_PER_IMAGE][number % PLACES_PER_IMAGE];
    }

    @Override
    public Showing showing(int first, int count) {
      int[] indices = new int[count];
      double[] turns = new double[count];
      double[] phasesShown = new double[count];
      for (int i = 0; i < count; i++) {
        List<Double> place = place(level(first + i));
        indices[i] = (first + i) / PLACES_PER_IMAGE;
        turns[i] = place.get(0);
        phasesShown[i] = place.get(1);
      }
      return TurnedAndScaledImages.this.showing(indices, turns, phasesShown);
    }
  }
}
