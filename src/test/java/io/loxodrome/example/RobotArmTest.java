package io.loxodrome.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianSgd;
import io.loxodrome.riemann.Twins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide's own module: an arm is calibrated in few steps, and the guide shows it as it is. */
class RobotArmTest {
  private static final Path LINK = Path.of("src/test/java/io/loxodrome/example/Link.java");
  private static final Path ARM = Path.of("src/test/java/io/loxodrome/example/RobotArm.java");

  private static final double METRES = 1;
  private static final double MILLIMETRES = 1000;

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void close() {
    device.close();
  }

  private RiemannianSgd riemannian(RobotArm arm) {
    RiemannianSgd.Settings settings =
        RiemannianSgd.Settings.of(new OutputFactor.Identity()).withDamping(1e-6);
    return new RiemannianSgd(device, arm.layer().parameters(), settings);
  }

  private int riemannianSteps(double unit) {
    try (RobotArm arm = new RobotArm(device, unit);
        Optimizer riemannian = riemannian(arm)) {
      return arm.steps(riemannian, 1000);
    }
  }

  /** The fewest of all learning rates, each with momentum and without. */
  private int sgdSteps(double unit, int limit, double... learningRates) {
    int fewest = limit;
    for (double learningRate : learningRates) {
      for (double momentum : new double[] {0, 0.9}) {
        Sgd.Settings settings =
            Sgd.Settings.defaults().withLearningRate(learningRate).withMomentum(momentum);
        try (RobotArm arm = new RobotArm(device, unit);
            Optimizer sgd = new Sgd(device, arm.layer().parameters(), settings)) {
          fewest = Math.min(fewest, arm.steps(sgd, limit));
        }
      }
    }
    return fewest;
  }

  @Test
  void theLayerwiseMetricFindsTheArm() {
    try (RobotArm arm = new RobotArm(device, MILLIMETRES);
        Optimizer riemannian = riemannian(arm)) {
      for (int step = 0; step < 200; step++) {
        arm.step(riemannian);
      }
      assertThat(arm.calibration()).containsExactly(arm.truth(), offset(1e-6));
    }
  }

  /** Whatever the unit, for it is in the metric; and at the default learning rate of 1/2. */
  @Test
  void theLayerwiseMetricNeedsFewSteps() {
    assertThat(riemannianSteps(METRES)).isLessThan(35);
    assertThat(riemannianSteps(MILLIMETRES)).isLessThan(35);
  }

  /** In metres lengths and angles are numbers of one size, which is as good as it gets for SGD. */
  @Test
  void sgdNeedsMoreEvenInMetresWithTheBestOfItsLearningRates() {
    assertThat(sgdSteps(METRES, 300, 0.03, 0.1, 0.3, 1, 2))
        .isBetween(2 * riemannianSteps(METRES), 299);
  }

  @Test
  void inMillimetresSgdFindsNothing() {
    assertThat(sgdSteps(MILLIMETRES, 1000, 1e-6, 3e-6, 1e-5, 1e-4, 1e-2)).isEqualTo(1000);
  }

  /** The gradient is the sum of the rows: of the whole arm, by central differences. */
  @Test
  void theArmsGradientIsRight() {
    double[] start = {0.4, 0.02, 0.35, -0.01};
    double[] gradient = new double[4];
    try (RobotArm arm = new RobotArm(device, METRES, start);
        Optimizer still = sgd(arm, 1)) {
      arm.step(still);
      for (int j = 0; j < 4; j++) {
        gradient[j] = start[j] - arm.calibration()[j];
      }
    }
    for (int j = 0; j < 4; j++) {
      double slope = (loss(start, j, 1e-6) - loss(start, j, -1e-6)) / 2e-6;
      assertThat(gradient[j]).isCloseTo(slope, offset(1e-8));
    }
  }

  private Optimizer sgd(RobotArm arm, double learningRate) {
    Sgd.Settings settings = Sgd.Settings.defaults().withLearningRate(learningRate).withMomentum(0);
    return new Sgd(device, arm.layer().parameters(), settings);
  }

  private double loss(double[] start, int element, double step) {
    double[] moved = start.clone();
    moved[element] += step;
    try (RobotArm arm = new RobotArm(device, METRES, moved);
        Optimizer still = sgd(arm, 0)) {
      return arm.step(still);
    }
  }

  /** Every number that a link pulls back, by central differences. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aLinkPullsBackItsDerivatives(int joints) {
    Link link = new Link(joints);
    double[] theta = {0.4, 0.1};
    double[] x = {0.2, -0.3, 0.5, 0.7, -0.2, 0.4};
    double[] input = Arrays.copyOf(x, link.inputs());
    double[] u = {0.3, -1.1, 0.8, 0.25, -0.6};
    double[] cotangent = Arrays.copyOf(u, link.outputs());
    double[] v = new double[link.inputs()];
    double[] row = new double[2];
    link.pullBack(theta, input, cotangent, v);
    link.parameterRow(theta, input, cotangent, row);
    for (int j = 0; j < v.length; j++) {
      assertThat(v[j])
          .as("x[%d]", j)
          .isCloseTo(slope(link, theta, input, input, j, cotangent), at());
    }
    for (int j = 0; j < 2; j++) {
      assertThat(row[j]).isCloseTo(slope(link, theta, input, theta, j, cotangent), at());
    }
  }

  private static Offset<Double> at() {
    return offset(1e-9);
  }

  /** Of u . f by one element of {@code moved}, which is theta or x. */
  private static double slope(
      Link link, double[] theta, double[] x, double[] moved, int element, double[] u) {
    double step = 1e-6;
    double before = moved[element];
    moved[element] = before + step;
    double above = product(link, theta, x, u);
    moved[element] = before - step;
    double below = product(link, theta, x, u);
    moved[element] = before;
    return (above - below) / (2 * step);
  }

  private static double product(Link link, double[] theta, double[] x, double[] u) {
    double[] y = new double[link.outputs()];
    link.forward(theta, x, y);
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += u[i] * y[i];
    }
    return sum;
  }

  /** As fast as the joint rate of the two links says, faster at first. */
  @Test
  void twinsApproachEachOther() {
    try (RobotArm one = new RobotArm(device, METRES);
        RobotArm other = new RobotArm(device, METRES, 0.41, 0.01, 0.34, 0.01);
        Optimizer ofOne = riemannian(one);
        Optimizer ofOther = riemannian(other)) {
      Twins twins = new Twins(one.layer().parameters(), other.layer().parameters());
      for (int step = 0; step < 40; step++) {
        twins.observe();
        one.step(ofOne);
        other.step(ofOther);
      }
      double joint = one.estimates().joint().value();
      assertThat(twins.rate(0.5).value()).isBetween(0.95 * joint, 1.15 * joint);
    }
  }

  @Test
  void theGuideShowsTheExampleAsItIs() throws IOException {
    String guide = Files.readString(Path.of("src/site/markdown/riemannian.md"));
    assertThat(guide).contains(marked(LINK, "// example"));
    assertThat(guide).contains(marked(ARM, "  // example"));
  }

  private static String marked(Path source, String mark) throws IOException {
    List<String> lines = Files.readAllLines(source);
    List<String> between = lines.subList(lines.indexOf(mark) + 1, lines.lastIndexOf(mark));
    return String.join("\n", between).stripTrailing().stripIndent();
  }
}
