package io.loxodrome.experiment;

import io.loxodrome.train.AtomicFile;
import io.loxodrome.train.ChartImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The figure of an experiment: the mean of its measure over the seeds, a line for each series, with
 * a bar of one standard deviation to either side.
 *
 * <p>Text is drawn with the system's fonts.
 */
public final class Figure {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 520;

  /** About what the legend leaves, so that the axis is marked at the places and not between. */
  private static final int PLOT_WIDTH = 600;

  private static final float LINE_WIDTH = 2.2f;
  private static final int MARKER_SIZE = 9;

  /** From series to series, so that bars at one place stand side by side. */
  private static final double SHIFT = 0.05;

  private static final Color GRID = new Color(0xd4d4d4);
  private static final Color TEXT = new Color(0x303030);
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  /** The palette of Okabe and Ito, which those who see colours otherwise can tell apart too. */
  private static final Color[] COLORS = {
    new Color(0x0072b2),
    new Color(0xd55e00),
    new Color(0x009e73),
    new Color(0xcc79a7),
    new Color(0xe69f00),
    new Color(0x56b4e9),
    new Color(0x303030)
  };

  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.TRIANGLE_DOWN,
    SeriesMarkers.CROSS,
    SeriesMarkers.PLUS
  };

  private final XYChart chart = new XYChart(WIDTH, HEIGHT, ChartTheme.Matlab);
  private final List<String> places = new ArrayList<>();
  private final Experiment experiment;
  private final RunStore store;

  private Figure(Experiment experiment, RunStore store) {
    this.experiment = experiment;
    this.store = store;
  }

  /**
   * Writes the figure as PNG and SVG in place of those that are there; without results there is
   * none.
   *
   * @throws IOException if there is no font or a file cannot be written
   */
  public static void write(Experiment experiment, RunStore store, ExperimentFolder folder)
      throws IOException {
    Figure figure = new Figure(experiment, store);
    figure.build();
    if (!figure.chart.getSeriesMap().isEmpty()) {
      figure.write(folder);
    }
  }

  private void write(ExperimentFolder folder) throws IOException {
    ChartImage image = new ChartImage(chart);
    replace(folder.figure("png"), image.png());
    replace(folder.figure("svg"), image.svg());
  }

  private static void replace(Path file, byte[] content) throws IOException {
    AtomicFile.write(file, out -> out.write(content));
  }

  private void build() {
    chart.setTitle(experiment.title());
    chart.setXAxisTitle(experiment.axis().title());
    chart.setYAxisTitle(experiment.measure().replace('_', ' '));
    style(chart.getStyler());
    Set<String> labels = new LinkedHashSet<>();
    experiment.cells().forEach(cell -> labels.add(cell.label()));
    places.addAll(labels);
    chart.getStyler().setXAxisMin(-0.5).setXAxisMax(places.size() - 0.5);
    chart.getStyler().setXAxisTickMarkSpacingHint(PLOT_WIDTH / places.size());
    chart.getStyler().setxAxisTickLabelsFormattingFunction(this::label);
    int number = 0;
    for (List<Experiment.Cell> cells : experiment.series().values()) {
      add(cells, number++);
    }
  }

  private static void style(XYStyler styler) {
    styler.setMarkerSize(MARKER_SIZE);
    styler.setChartBackgroundColor(Color.WHITE).setChartFontColor(TEXT);
    styler.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
    styler.setAxisTitleFont(FONT).setAxisTickLabelsFont(FONT);
    styler.setChartTitleFont(FONT).setLegendFont(FONT).setSeriesColors(COLORS);
    styler.setErrorBarsColorSeriesColor(true);
    styler.setLegendPosition(LegendPosition.OutsideE).setLegendBorderColor(Color.WHITE);
  }

  /** XChart drops all labels where two are the same, so those beyond the axis are blanks apart. */
  private String label(double x) {
    int place = (int) Math.rint(x);
    return place >= 0 && place < places.size()
        ? places.get(place)
        : " ".repeat(Math.max(0, place + 3));
  }

  private void add(List<Experiment.Cell> cells, int number) {
    double shift = SHIFT * (number - (experiment.series().size() - 1) / 2.0);
    List<Double> xs = new ArrayList<>();
    List<Double> means = new ArrayList<>();
    List<Double> deviations = new ArrayList<>();
    for (Experiment.Cell cell : cells) {
      Spread spread = ResultTable.spread(store.results(cell.point()), experiment.measure());
      if (spread.count() > 0) {
        xs.add(places.indexOf(cell.label()) + shift);
        means.add(spread.mean());
        deviations.add(spread.count() < 2 ? 0 : spread.deviation());
      }
    }
    if (!xs.isEmpty()) {
      chart
          .addSeries(cells.get(0).series(), xs, means, deviations)
          .setMarker(MARKERS[number % MARKERS.length])
          .setLineStyle(line());
    }
  }

  private BasicStroke line() {
    return switch (experiment.axis().scale()) {
      case STEPS -> new BasicStroke(LINE_WIDTH, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
      case CATEGORIES -> SeriesLines.NONE;
    };
  }
}
