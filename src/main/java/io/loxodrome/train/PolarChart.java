package io.loxodrome.train;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.RoundRectangle2D;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Builds a polar chart from an XY chart: angles in degrees run counterclockwise from the right,
 * radii from 0 in the centre to 1 on the outer ring.
 */
final class PolarChart {
  /**
   * From the centre to the left, right and lower edge; what is beyond the outer ring, at 1, is for
   * labels.
   */
  private static final double SIDE = 1.26;

  /** From the centre to the upper edge, with a line for the title. */
  private static final double TOP = 1.38;

  private static final double TITLE_HEIGHT = 1.29;

  /** The chart's size in pixels is that of the area above, so a circle is round. */
  private static final int WIDTH = 760;

  private static final int HEIGHT = (int) Math.round(WIDTH * (TOP + SIDE) / (2 * SIDE));

  private static final int RINGS = 5;

  /** A ring of so many chords is nowhere further than 0.1 pixels from a circle. */
  private static final int CHORDS = 120;

  private static final int SPOKES = 8;
  private static final double SPOKE_LABEL_RADIUS = 1.11;

  /** Half-way between two spokes. */
  private static final double RING_LABEL_DEGREES = 22.5;

  /** A ring's label stands outside of it, clear of the line and of markers on the line. */
  private static final double RING_LABEL_GAP = 0.055;

  private static final float CURVE_WIDTH = 2.2f;

  /** Wider than the curve, so that a point between two gaps is seen. */
  private static final double CURVE_DOT = 3.2;

  private static final double MARK_DOT = 9;

  private static final Color GRID = new Color(0xd4d4d4);
  private static final Color RIM = new Color(0x808080);
  private static final Color VEIL = new Color(255, 255, 255, 160);
  private static final Color TEXT = new Color(0x303030);
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 17);

  private final XYChart chart = new XYChart(WIDTH, HEIGHT, ChartTheme.Matlab);

  PolarChart(String title) {
    style(chart.getStyler());
    addRings();
    addSpokes();
    chart.addAnnotation(new AnnotationText(title, 0, TITLE_HEIGHT, false));
  }

  private static void style(XYStyler styler) {
    styler.setXAxisMin(-SIDE).setXAxisMax(SIDE).setYAxisMin(-SIDE).setYAxisMax(TOP);
    styler.setAxisTicksVisible(false).setAxisTitlesVisible(false).setPlotTicksMarksVisible(false);
    styler.setPlotGridLinesVisible(false).setPlotMargin(0);
    styler.setPlotBorderVisible(false).setPlotContentSize(1);
    styler.setChartTitleVisible(false).setChartPadding(0).setChartBackgroundColor(Color.WHITE);
    styler.setChartFontColor(TEXT).setAnnotationTextFontColor(TEXT);
    styler.setLegendFont(FONT).setAnnotationTextFont(FONT);
    styler.setLegendPosition(LegendPosition.InsideSE).setLegendBorderColor(Color.WHITE);
  }

  private void addRings() {
    double[] degrees =
        IntStream.rangeClosed(0, CHORDS).mapToDouble(i -> 360.0 * i / CHORDS).toArray();
    for (int ring = 1; ring <= RINGS; ring++) {
      Color color = ring == RINGS ? RIM : GRID;
      addLine("ring " + ring, degrees, constant(radius(ring), degrees.length), color, 1)
          .setShowInLegend(false);
    }
  }

  private static double radius(int ring) {
    return (double) ring / RINGS;
  }

  private void addSpokes() {
    for (int spoke = 0; spoke < SPOKES; spoke++) {
      int degrees = 360 * spoke / SPOKES;
      addLine("spoke " + spoke, constant(degrees, 2), new double[] {0, 1}, GRID, 1)
          .setShowInLegend(false);
      addText(degrees + "°", degrees, SPOKE_LABEL_RADIUS);
    }
  }

  /** Adds the rings' labels, over the curves that were added before. */
  void addRingLabels() {
    double[] radii =
        IntStream.rangeClosed(1, RINGS).mapToDouble(i -> radius(i) + RING_LABEL_GAP).toArray();
    addLine("ring labels", constant(RING_LABEL_DEGREES, RINGS), radii, VEIL, 0)
        .setMarker(new Veil())
        .setMarkerColor(VEIL)
        .setLineStyle(SeriesLines.NONE)
        .setShowInLegend(false);
    for (int ring = 1; ring <= RINGS; ring++) {
      addText(Double.toString(radius(ring)), RING_LABEL_DEGREES, radii[ring - 1]);
    }
  }

  private void addText(String text, double degrees, double radius) {
    chart.addAnnotation(new AnnotationText(text, x(degrees, radius), y(degrees, radius), false));
  }

  /**
   * Adds a line round the circle through the points, with a gap where a radius is NaN.
   *
   * @param degrees ascending
   */
  void addCurve(String name, double[] degrees, double[] radii, Color color) {
    double[] closedDegrees = Arrays.copyOf(degrees, degrees.length + 1);
    double[] closedRadii = Arrays.copyOf(radii, radii.length + 1);
    closedDegrees[degrees.length] = degrees[0];
    closedRadii[radii.length] = radii[0];
    addLine(name, closedDegrees, closedRadii, color, CURVE_WIDTH)
        .setMarker(new Dot(CURVE_DOT))
        .setMarkerColor(color);
  }

  /** Marks angles, if there are any, on the outer ring. */
  void addMarks(String name, double[] degrees, Color color) {
    if (degrees.length == 0) {
      return;
    }
    addLine(name, degrees, constant(1, degrees.length), color, 0)
        .setMarker(new Dot(MARK_DOT))
        .setMarkerColor(color)
        .setLineStyle(SeriesLines.NONE);
  }

  private XYSeries addLine(
      String name, double[] degrees, double[] radii, Color color, float width) {
    double[] xs = new double[degrees.length];
    double[] ys = new double[degrees.length];
    for (int i = 0; i < degrees.length; i++) {
      xs[i] = x(degrees[i], radii[i]);
      ys[i] = y(degrees[i], radii[i]);
    }
    XYSeries series = chart.addSeries(name, xs, ys);
    series.setMarker(SeriesMarkers.NONE).setLineColor(color);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    return series;
  }

  /** The chart as an image. */
  ChartImage image() {
    return new ChartImage(chart);
  }

  private static double[] constant(double value, int length) {
    double[] values = new double[length];
    Arrays.fill(values, value);
    return values;
  }

  private static double x(double degrees, double radius) {
    return radius * Math.cos(Math.toRadians(degrees));
  }

  private static double y(double degrees, double radius) {
    return radius * Math.sin(Math.toRadians(degrees));
  }

  /** A filled circle of its own size, where XChart has one size for all markers of a chart. */
  private static final class Dot extends Marker {
    private final double diameter;

    Dot(double diameter) {
      this.diameter = diameter;
    }

    @Override
    public void paint(Graphics2D graphics, double x, double y, int markerSize) {
      graphics.fill(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
    }
  }

  /** A veil over a curve that runs behind a label. */
  private static final class Veil extends Marker {
    private static final double WIDTH = 32;
    private static final double HEIGHT = 19;

    @Override
    public void paint(Graphics2D graphics, double x, double y, int markerSize) {
      graphics.fill(
          new RoundRectangle2D.Double(x - WIDTH / 2, y - HEIGHT / 2, WIDTH, HEIGHT, 8, 8));
    }
  }
}
