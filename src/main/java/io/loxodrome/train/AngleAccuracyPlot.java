package io.loxodrome.train;

import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Draws accuracy over angle as a polar plot, with the training angles marked on the outer ring.
 *
 * <p>Text is drawn with the system's fonts: without a font, or the fontconfig library that finds
 * it, nothing can be drawn.
 */
public final class AngleAccuracyPlot {
  private static final Color ACCURACY = new Color(0x0072b2);
  private static final Color TRAINED = new Color(0xd55e00);

  private final String title;
  private final double[] degrees;
  private final double[] accuracies;
  private final boolean[] trained;

  /**
   * A plot of accuracies at the angles of a grid round the circle.
   *
   * @param title the line above the plot, not blank
   * @param degrees the angles, ascending, at least one
   * @param accuracies at each angle the share of images classified rightly, in [0, 1], or NaN where
   *     there is none
   * @param trained at each angle whether it is one of training
   * @throws IllegalArgumentException if the title is blank, the arrays differ in length or are
   *     empty, an angle is infinite or NaN, or an accuracy is outside [0, 1]
   */
  public AngleAccuracyPlot(String title, double[] degrees, double[] accuracies, boolean[] trained) {
    this.title = title;
    this.degrees = degrees.clone();
    this.accuracies = accuracies.clone();
    this.trained = trained.clone();
    if (title.isBlank()) {
      throw new IllegalArgumentException("the title is blank");
    }
    requireSameLength();
    for (int i = 0; i < degrees.length; i++) {
      requirePoint(degrees[i], accuracies[i]);
    }
  }

  private void requireSameLength() {
    if (degrees.length == 0
        || accuracies.length != degrees.length
        || trained.length != degrees.length) {
      throw new IllegalArgumentException(
          "%d angles, %d accuracies and %d training flags, expected the same number and at least 1"
              .formatted(degrees.length, accuracies.length, trained.length));
    }
  }

  private static void requirePoint(double degrees, double accuracy) {
    if (!Double.isFinite(degrees)) {
      throw new IllegalArgumentException("an angle is " + degrees + ", expected a finite number");
    }
    if (accuracy < 0 || accuracy > 1) {
      throw new IllegalArgumentException(
          "the accuracy at %s degrees is %s, expected a number in [0, 1] or NaN"
              .formatted(degrees, accuracy));
    }
  }

  /**
   * Checks that plots can be drawn here, so that a run can say so before it trains.
   *
   * @throws IOException if the JVM finds no font; the message says what to install
   */
  public static void requireFonts() throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    try {
      image.createGraphics().getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    } catch (RuntimeException | InternalError | LinkageError e) {
      // What is thrown depends on the JDK and on what is missing: a font, its configuration or a
      // native library.
      throw new IOException(
          "plots cannot be drawn, since the JVM finds no font here: install fontconfig and a font"
              + " (on Debian: apt-get install fontconfig fonts-dejavu-core)",
          e);
    }
  }

  /**
   * Writes the plot as a PNG image, in place of a file that is there.
   *
   * @throws IOException if there is no font or the file cannot be written; one that was there is
   *     left as it was
   */
  public void writePng(Path file) throws IOException {
    byte[] png = chart().image().png();
    AtomicFile.write(file, out -> out.write(png));
  }

  /**
   * Writes the plot as an SVG image, in place of a file that is there.
   *
   * @throws IOException if there is no font or the file cannot be written; one that was there is
   *     left as it was
   */
  public void writeSvg(Path file) throws IOException {
    byte[] svg = chart().image().svg();
    AtomicFile.write(file, out -> out.write(svg));
  }

  private PolarChart chart() throws IOException {
    requireFonts();
    PolarChart chart = new PolarChart(title);
    chart.addCurve("accuracy", degrees, accuracies, ACCURACY);
    chart.addMarks("training angles", trainingAngles(), TRAINED);
    chart.addRingLabels();
    return chart;
  }

  private double[] trainingAngles() {
    return IntStream.range(0, degrees.length)
        .filter(i -> trained[i])
        .mapToDouble(i -> degrees[i])
        .toArray();
  }
}
