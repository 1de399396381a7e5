package io.loxodrome.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * What is run and how it is shown: points in series over an axis.
 *
 * @param name by which it is called
 * @param title the line above the figure
 * @param axis what the points of a series differ in
 * @param measure the measure that the figure shows, one of {@link SeedResult#measures}
 * @param cells the points, each at its place
 */
public record Experiment(String name, String title, Axis axis, String measure, List<Cell> cells) {
  /**
   * What the points of a series differ in.
   *
   * @param title for people
   * @param scale how places relate
   */
  public record Axis(String title, Scale scale) {}

  /** How the places on an axis, side by side in the order in which they first occur, relate. */
  public enum Scale {
    /** One leads to the next: a series is a line. */
    STEPS,
    /** They only differ. */
    CATEGORIES
  }

  /**
   * A point at its place.
   *
   * @param series the name of the line it belongs to
   * @param label its place on the axis, in words
   * @param point what is run
   */
  public record Cell(String series, String label, RunPoint point) {}

  /**
   * Copies the cells.
   *
   * @throws IllegalArgumentException if there are none, or two are at one place of one series
   */
  public Experiment {
    cells = List.copyOf(cells);
    if (cells.isEmpty()) {
      throw new IllegalArgumentException(name + " has no points");
    }
    LinkedHashSet<List<String>> places = new LinkedHashSet<>();
    for (Cell cell : cells) {
      if (!places.add(List.of(cell.series(), cell.label()))) {
        throw new IllegalArgumentException(
            "%s has two points of %s at %s".formatted(name, cell.series(), cell.label()));
      }
    }
  }

  /** The points, each once, in the order in which they first occur. */
  public List<RunPoint> points() {
    Map<String, RunPoint> points = new LinkedHashMap<>();
    cells.forEach(cell -> points.putIfAbsent(cell.point().key(), cell.point()));
    return List.copyOf(points.values());
  }

  /** The cells of each series, in the order in which they first occur. */
  public Map<String, List<Cell>> series() {
    Map<String, List<Cell>> series = new LinkedHashMap<>();
    for (Cell cell : cells) {
      series.computeIfAbsent(cell.series(), key -> new ArrayList<>()).add(cell);
    }
    return series;
  }
}
