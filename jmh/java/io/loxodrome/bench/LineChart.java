package io.loxodrome.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines over a number, both axes from 0, so that what grows in proportion is a straight line; the
 * upright axis from lower where a value is negative.
 */
final class LineChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final float LINE_WIDTH = 2.2f;
  private static final int MARKER_SIZE = 7;
  private static final Color GRID = new Color(0xd4d4d4);
  private static final Color TEXT = new Color(0x303030);
  private static final Color[] COLORS = {
    new Color(0x1f6fb4),
    new Color(0xd0661b),
    new Color(0x3a8f3a),
    new Color(0xa03a8f),
    new Color(0x606060),
    new Color(0x1fa3a3),
    new Color(0xb8a100)
  };
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  private final XYChart chart = new XYChart(WIDTH, HEIGHT, ChartTheme.Matlab);

  LineChart(String title, String x, String y) {
    chart.setTitle(title);
    chart.setXAxisTitle(x);
    chart.setYAxisTitle(y);
    style(chart.getStyler());
  }

  private static void style(XYStyler styler) {
    styler.setXAxisMin(0.0).setYAxisMin(0.0).setMarkerSize(MARKER_SIZE);
    styler.setChartBackgroundColor(Color.WHITE).setChartFontColor(TEXT);
    styler.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
    styler.setAxisTitleFont(FONT).setAxisTickLabelsFont(FONT);
    styler.setChartTitleFont(FONT).setLegendFont(FONT).setSeriesColors(COLORS);
    styler.setLegendPosition(LegendPosition.InsideNW).setLegendBorderColor(Color.WHITE);
  }

  /** Puts the legend beside the lines, which leave no room for it. */
  LineChart withLegendBeside() {
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    return this;
  }

  /** Lays the other axis out by the number's logarithm, from where the lines begin. */
  LineChart logarithmic() {
    chart.getStyler().setXAxisMin(null).setXAxisLogarithmic(true);
    return this;
  }

  /** Adds a line through the points, in ascending order. */
  void add(String name, Map<? extends Number, Double> points) {
    Map<Double, Double> ascending = new TreeMap<>();
    points.forEach((x, y) -> ascending.put(x.doubleValue(), y));
    if (ascending.values().stream().anyMatch(value -> value < 0)) {
      chart.getStyler().setYAxisMin(null);
    }
    chart
        .addSeries(name, new ArrayList<>(ascending.keySet()), new ArrayList<>(ascending.values()))
        .setMarker(SeriesMarkers.CIRCLE)
        .setLineStyle(new BasicStroke(LINE_WIDTH, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
  }

  /** The chart as an SVG image, its text as outlines. */
  byte[] svg() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
    return bytes.toByteArray();
  }
}
