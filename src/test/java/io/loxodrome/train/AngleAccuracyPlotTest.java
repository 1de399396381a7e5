package io.loxodrome.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Point;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/**
 * Holds the plot to what can be seen in its pixels: blue is accuracy, orange are training angles.
 */
class AngleAccuracyPlotTest {
  private static final int BLUE = 0x0072b2;
  private static final int ORANGE = 0xd55e00;

  private static AngleAccuracyPlot plot(IntToDoubleFunction accuracy, boolean trained) {
    boolean[] flags = new boolean[360];
    Arrays.fill(flags, trained);
    return new AngleAccuracyPlot(
        "ellipse",
        IntStream.range(0, 360).asDoubleStream().toArray(),
        IntStream.range(0, 360).mapToDouble(accuracy).toArray(),
        flags);
  }

  private static BufferedImage png(AngleAccuracyPlot plot, Path folder) throws IOException {
    Path file = folder.resolve("angles.png");
    plot.writePng(file);
    return requireNonNull(ImageIO.read(file.toFile()));
  }

  /** The pixels of a colour, those in the legend's corner excepted. */
  private static List<Point> pixels(BufferedImage image, int color) {
    List<Point> points = new ArrayList<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        boolean legend = x > 0.72 * image.getWidth() && y > 0.9 * image.getHeight();
        if (!legend && (image.getRGB(x, y) & 0xffffff) == color) {
          points.add(new Point(x, y));
        }
      }
    }
    return points;
  }

  private static Rectangle bounds(List<Point> points) {
    Rectangle bounds = new Rectangle(points.get(0));
    points.forEach(bounds::add);
    return bounds;
  }

  @Test
  void equalAccuraciesAreACircleInScaleWithTheRingOfTrainingAngles(@TempDir Path folder)
      throws IOException {
    BufferedImage image = png(plot(degrees -> 0.5, true), folder);
    Rectangle curve = bounds(pixels(image, BLUE));
    Rectangle ring = bounds(pixels(image, ORANGE));
    assertThat(curve.width).isCloseTo(curve.height, within(3));
    assertThat(ring.width).isCloseTo(ring.height, within(3));
    assertThat(curve.getCenterX()).isCloseTo(ring.getCenterX(), within(2.0));
    assertThat(curve.getCenterY()).isCloseTo(ring.getCenterY(), within(2.0));
    // Half the radius, but for the width of the line, about 5 pixels, and of the marks, 18.
    assertThat((double) (curve.width - 5) / (ring.width - 18)).isCloseTo(0.5, within(0.005));
  }

  @Test
  void anglesRunCounterclockwiseFromTheRight(@TempDir Path folder) throws IOException {
    Point centre = centre(folder);
    BufferedImage image =
        png(plot(degrees -> degrees > 2 && degrees < 88 ? 0.9 : Double.NaN, false), folder);
    assertThat(pixels(image, BLUE))
        .isNotEmpty()
        .allMatch(point -> point.x > centre.x && point.y < centre.y);
  }

  private static Point centre(Path folder) throws IOException {
    Rectangle ring = bounds(pixels(png(plot(degrees -> 0, true), folder), ORANGE));
    return new Point((int) ring.getCenterX(), (int) ring.getCenterY());
  }

  @Test
  void aMissingAccuracyIsAGapAndAPointBetweenTwoGapsIsSeen(@TempDir Path folder)
      throws IOException {
    BufferedImage image = png(plot(degrees -> degrees == 200 ? 0.5 : Double.NaN, true), folder);
    Rectangle dot = bounds(pixels(image, BLUE));
    assertThat(dot.width).isBetween(3, 8);
    assertThat(dot.height).isBetween(3, 8);
  }

  @Test
  void theCurveIsClosed(@TempDir Path folder) throws IOException {
    // Four angles make a square; its lower right side is the one that closes it.
    AngleAccuracyPlot square =
        new AngleAccuracyPlot(
            "square",
            new double[] {0, 90, 180, 270},
            new double[] {0.8, 0.8, 0.8, 0.8},
            new boolean[4]);
    Point centre = centre(folder);
    assertThat(pixels(png(square, folder), BLUE))
        .filteredOn(point -> point.x > centre.x + 50 && point.y > centre.y + 50)
        .hasSizeGreaterThan(100);
  }

  @Test
  void onlyTrainingAnglesAreMarked(@TempDir Path folder) throws IOException {
    boolean[] trained = {false, true, false, false};
    AngleAccuracyPlot plot =
        new AngleAccuracyPlot("one mark", new double[] {0, 90, 180, 270}, new double[4], trained);
    Rectangle mark = bounds(pixels(png(plot, folder), ORANGE));
    assertThat(mark.width).isBetween(12, 19);
    assertThat(mark.getCenterX()).isCloseTo(centre(folder).x, within(2.0));
    assertThat(mark.getCenterY()).isLessThan(centre(folder).y);
  }

  @Test
  void aPlotWithNothingMeasuredIsDrawn(@TempDir Path folder) throws IOException {
    assertThat(pixels(png(plot(degrees -> Double.NaN, false), folder), BLUE)).isEmpty();
  }

  @Test
  void svgHoldsTheSamePictureAndNeedsNoFont(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("angles.svg");
    plot(degrees -> 0.5, true).writeSvg(file);
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document svg = factory.newDocumentBuilder().parse(file.toFile());
    assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(svg.getElementsByTagName("line").getLength()).isGreaterThan(360);
    assertThat(svg.getElementsByTagName("text").getLength()).isZero();
    assertThat(file).content().contains("rgb(0,114,178)").contains("rgb(213,94,0)");
    assertThat(Files.size(file)).isLessThan(1 << 20);
  }

  @Test
  void theFileIsReplacedWhole(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("angles.svg"), "old");
    plot(degrees -> 0.5, true).writeSvg(file);
    assertThat(file).content().startsWith("<?xml");
    assertThatThrownBy(() -> plot(degrees -> 0.5, true).writePng(folder.resolve("none/a.png")))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("its folder does not exist");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.POSITIVE_INFINITY})
  void anAccuracyThatIsNoShareIsRefused(double accuracy) {
    assertThatThrownBy(() -> plot(degrees -> degrees == 7 ? accuracy : 1, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the accuracy at 7.0 degrees is " + accuracy + ", expected a number in [0, 1] or NaN");
  }

  @Test
  void arraysThatDisagreeAreRefused() {
    assertThatThrownBy(
            () -> new AngleAccuracyPlot("none", new double[2], new double[3], new boolean[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "2 angles, 3 accuracies and 2 training flags,"
                + " expected the same number and at least 1");
    assertThatThrownBy(
            () -> new AngleAccuracyPlot("none", new double[0], new double[0], new boolean[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new AngleAccuracyPlot(
                    "none", new double[] {Double.NaN}, new double[1], new boolean[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an angle is NaN, expected a finite number");
  }

  @Test
  void aBlankTitleIsRefused() {
    assertThatThrownBy(
            () -> new AngleAccuracyPlot(" ", new double[1], new double[1], new boolean[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the title is blank");
  }

  /** Draws in a JVM of its own, since a JVM looks for fonts once. */
  static final class Draw {
    private Draw() {}

    public static void main(String[] arguments) throws IOException {
      try {
        plot(degrees -> 0.5, true).writePng(Path.of(arguments[0]));
      } catch (IOException e) {
        Files.writeString(Path.of(arguments[1]), requireNonNull(e.getMessage()));
      }
    }
  }

  @Test
  void withoutAFontTheErrorSaysWhatToInstall(@TempDir Path folder) throws Exception {
    Path configuration = folder.resolve("fonts.conf");
    Files.writeString(configuration, "<fontconfig></fontconfig>");
    Path error = folder.resolve("error.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Djava.awt.headless=true",
            // The JDK keeps the fonts that it has found once in the home folder.
            "-Duser.home=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            Draw.class.getName(),
            folder.resolve("angles.png").toString(),
            error.toString());
    builder.environment().put("FONTCONFIG_FILE", configuration.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(error)
        .hasContent(
            "plots cannot be drawn, since the JVM finds no font here: install fontconfig and a"
                + " font (on Debian: apt-get install fontconfig fonts-dejavu-core)");
    assertThat(folder.resolve("angles.png")).doesNotExist();
  }
}
