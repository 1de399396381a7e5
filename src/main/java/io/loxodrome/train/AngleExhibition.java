package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import java.util.List;

/** Images turned to the angles of a grid, each to one in each of its strata. */
final class AngleExhibition implements Exhibition {
  private final AngleGrid grid;
  private final int[][] steps;

  AngleExhibition(AngleGrid grid, int images) {
    this.grid = grid;
    this.steps = grid.stepsFor(images);
  }

  @Override
  public int levels() {
    return grid.steps();
  }

  @Override
  public List<Double> place(int level) {
    return List.of(grid.angle(level));
  }

  @Override
  public int size() {
    return Math.multiplyExact(steps.length, grid.perImage());
  }

  @Override
  public int level(int number) {
    return steps[number / grid.perImage()][number % grid.perImage()];
  }

  @Override
  public Showing showing(int first, int count) {
    int[] indices = new int[count];
    double[] turns = new double[count];
    for (int i = 0; i < count; i++) {
      indices[i] = (first + i) / grid.perImage();
      turns[i] = grid.angle(level(first + i));
    }
    return Showing.turned(indices, turns);
  }
}
