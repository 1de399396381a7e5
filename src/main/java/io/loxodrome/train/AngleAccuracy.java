package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.AngleScheme;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** How many test images were shown, and how many classified rightly, at each angle of a grid. */
public final class AngleAccuracy {
  private static final double FULL_TURN = 360;

  private final AngleGrid grid;
  private final int[] shown;
  private final int[] correct;

  /** Nothing shown yet. */
  AngleAccuracy(AngleGrid grid) {
    this.grid = grid;
    this.shown = new int[grid.steps()];
    this.correct = new int[grid.steps()];
  }

  void count(int step, boolean hit) {
    shown[step]++;
    correct[step] += hit ? 1 : 0;
  }

  /** The share of right answers at angles trained on; empty if none was shown. */
  public OptionalDouble seen(AngleScheme scheme) {
    return share(step -> scheme.seen(grid.angle(step)));
  }

  /** The share of right answers at angles never trained on; empty if none was shown. */
  public OptionalDouble unseen(AngleScheme scheme) {
    return share(step -> !scheme.seen(grid.angle(step)));
  }

  private OptionalDouble share(IntPredicate which) {
    long total = IntStream.range(0, shown.length).filter(which).mapToLong(k -> shown[k]).sum();
    long hits = IntStream.range(0, shown.length).filter(which).mapToLong(k -> correct[k]).sum();
    return total == 0 ? OptionalDouble.empty() : OptionalDouble.of(hits / (double) total);
  }

  /** The share at each angle of the grid; NaN where nothing was shown. */
  public List<Double> byAngle() {
    return IntStream.range(0, shown.length)
        .mapToObj(step -> shown[step] == 0 ? Double.NaN : correct[step] / (double) shown[step])
        .toList();
  }

  /** A polar plot of {@link #byAngle} with the angles trained on marked. */
  public AngleAccuracyPlot plot(String title, AngleScheme scheme) {
    double[] degrees = new double[grid.steps()];
    double[] accuracies = new double[grid.steps()];
    boolean[] trained = new boolean[grid.steps()];
    List<Double> shares = byAngle();
    for (int step = 0; step < degrees.length; step++) {
      degrees[step] = FULL_TURN * grid.angle(step);
      accuracies[step] = shares.get(step);
      trained[step] = scheme.seen(grid.angle(step));
    }
    return new AngleAccuracyPlot(title, degrees, accuracies, trained);
  }
}
