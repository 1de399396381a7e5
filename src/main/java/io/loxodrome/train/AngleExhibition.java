package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;

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
  public double value(int level) {
    return grid.angle(level);
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
      turns[i] = value(level(first + i));
    }
    return Showing.turned(indices, turns);
  }
}
