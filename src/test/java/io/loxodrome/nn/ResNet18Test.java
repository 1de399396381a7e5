package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResNet18Test {
  private static final int NARROW = 4;

  private static ResNet18 network(Device device, String spec, Shape image, int width, int classes) {
    WeightManifold manifold = WeightManifold.parse(spec);
    return ResNet18.initialized(device, manifold, image, width, classes, new Initialization(1));
  }

  private static long count(Layer network) {
    return network.parameters().stream().mapToLong(parameter -> parameter.basis().size()).sum();
  }

  /**
   * 11,173,962 weights, gains, shifts and outputs' biases, as with batch normalisation, and the
   * 4,800 biases of the convolutions.
   */
  @Test
  void aPointOnCifarHasTheCountOfTheKnownNetworkAndItsConvolutionsBiases() {
    try (Device device = Device.open("reference");
        Layer network = network(device, "point", Shape.of(3, 32, 32), ResNet18.USUAL_WIDTH, 10)) {
      assertThat(count(network)).isEqualTo(11_173_962 + 4_800);
      long biases =
          network.parameters().stream()
              .filter(
                  parameter ->
                      parameter.name().endsWith("conv.bias")
                          || parameter.name().matches(".*conv[12]\\.bias"))
              .mapToLong(parameter -> parameter.basis().size())
              .sum();
      assertThat(biases).isEqualTo(4_800);
    }
  }

  @Test
  void everyParameterHasItsNameAndShape() {
    try (Device device = Device.open("reference");
        Layer network = network(device, "ellipse", Shape.of(3, 8, 8), NARROW, 5)) {
      List<String> described =
          network.parameters().stream()
              .map(parameter -> parameter.name() + " " + parameter.basis().shape())
              .toList();
      assertThat(described)
          .hasSize(20 * 4 + 2)
          .doesNotHaveDuplicates()
          .startsWith(
              "stem.conv.weight 3x4x3x3x3",
              "stem.conv.bias 3x4",
              "stem.norm.gain 3x4",
              "stem.norm.shift 3x4",
              "stage1.block1.conv1.weight 3x4x4x3x3")
          .contains(
              "stage2.block1.conv1.weight 3x8x4x3x3",
              "stage2.block1.conv2.weight 3x8x8x3x3",
              "stage2.block1.shortcut.conv.weight 3x8x4x1x1",
              "stage2.block1.shortcut.norm.shift 3x8",
              "stage4.block2.norm2.gain 3x32")
          .noneMatch(name -> name.matches("(stage1|stage..block2).shortcut.*"))
          .endsWith("linear.weight 3x5x32", "linear.bias 3x5");
    }
  }

  @Test
  void imagesAreHalvedAtTheStartOfTheLastThreeStages() {
    try (Device device = Device.open("reference");
        Layer network = network(device, "ellipse", Shape.of(3, 16, 16), NARROW, 5);
        Tensor places = device.zeros(Shape.of(1, 1));
        Conditioning conditioning = new Conditioning(device, places)) {
      List<String> described = new ArrayList<>();
      network.planCosts(
          device, conditioning, costs -> described.add(costs.name() + " " + costs.description()));
      assertThat(described)
          .hasSize(21)
          .contains(
              "stem.conv 3x16x16 to 4x16x16, kernel 3",
              "stage1.block1.conv1 4x16x16 to 4x16x16, kernel 3",
              "stage2.block1.conv1 4x16x16 to 8x8x8, kernel 3, stride 2",
              "stage2.block1.conv2 8x8x8 to 8x8x8, kernel 3",
              "stage2.block1.shortcut.conv 4x16x16 to 8x8x8, kernel 1, stride 2",
              "stage3.block1.conv1 8x8x8 to 16x4x4, kernel 3, stride 2",
              "stage4.block1.conv1 16x4x4 to 32x2x2, kernel 3, stride 2",
              "stage4.block2.conv2 32x2x2 to 32x2x2, kernel 3",
              "linear 32 to 5");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 28, 32})
  void outputHasOneLogitPerClassWhateverTheSideOfTheImage(int side) {
    Shape image = Shape.of(1, side, side);
    try (Device device = Device.open("cpu");
        Layer network = network(device, "ellipse", image, NARROW, 7);
        Problem problem = new Problem(device, 3, image, 1, 7);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.forwardOnly(device)) {
      Variable images = Variable.constant("images", problem.inputs());
      Variable logits = network.forward(tape, images, conditioning);
      assertThat(logits.value().shape()).isEqualTo(Shape.of(3, 7));
      assertThat(logits.origin()).isEqualTo("linear");
      assertThat(logits.value().toDoubles()).doesNotContain(Double.NaN);
    }
  }

  /**
   * Central differences of the loss along a random direction in each parameter. ReLUs bend the
   * loss, so the step is small.
   */
  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "ellipse"})
  void gradientsAreThoseOfTheLoss(String spec) {
    Shape image = Shape.of(2, 8, 8);
    double step = 1e-6;
    try (Device device = Device.open("reference:float64");
        Layer network = network(device, spec, image, NARROW, 3);
        Problem problem = new Problem(device, 3, image, 1, 3)) {
      problem.backward(network);
      Random random = new Random(5);
      for (Parameter parameter : network.parameters()) {
        double[] gradient = parameter.variable().gradient().toDoubles();
        double[] basis = parameter.basis().toDoubles();
        double[] direction = random.doubles(basis.length, -1, 1).toArray();
        double slope = 0;
        for (int e = 0; e < basis.length; e++) {
          slope += gradient[e] * direction[e];
        }
        double above = lossAt(problem, network, parameter, basis, direction, step);
        double below = lossAt(problem, network, parameter, basis, direction, -step);
        parameter.basis().write(basis);
        double length = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
        assertThat(length).as(parameter.name()).isGreaterThan(1e-4);
        assertThat((above - below) / (2 * step))
            .as(parameter.name())
            .isCloseTo(slope, within(1e-5 * length));
      }
    }
  }

  private static double lossAt(
      Problem problem,
      Layer network,
      Parameter parameter,
      double[] basis,
      double[] direction,
      double step) {
    double[] moved = basis.clone();
    for (int e = 0; e < moved.length; e++) {
      moved[e] += step * direction[e];
    }
    parameter.basis().write(moved);
    return problem.loss(network);
  }

  @Test
  void theCpuAgreesWithTheReference() {
    Shape image = Shape.of(3, 16, 16);
    Outcome expected = outcome("reference:float64", image);
    Outcome found = outcome("cpu", image);
    assertThat(relativeError(found.logits(), expected.logits())).isLessThan(1e-5);
    for (int p = 0; p < expected.gradients().size(); p++) {
      assertThat(relativeError(found.gradients().get(p), expected.gradients().get(p)))
          .as("gradient %d", p)
          .isLessThan(1e-5);
    }
  }

  private record Outcome(List<Double> logits, List<List<Double>> gradients) {}

  private static Outcome outcome(String deviceName, Shape image) {
    try (Device device = Device.open(deviceName);
        Layer network = network(device, "ellipse", image, NARROW, 10);
        Problem problem = new Problem(device, 6, image, 1, 10)) {
      problem.backward(network);
      List<List<Double>> gradients = new ArrayList<>();
      for (Parameter parameter : network.parameters()) {
        gradients.add(listed(parameter.variable().gradient().toDoubles()));
      }
      try (Conditioning conditioning = new Conditioning(device, problem.places());
          Tape tape = Tape.forwardOnly(device)) {
        Variable images = Variable.constant("images", problem.inputs());
        double[] logits = network.forward(tape, images, conditioning).value().toDoubles();
        return new Outcome(listed(logits), gradients);
      }
    }
  }

  private static List<Double> listed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static double relativeError(List<Double> found, List<Double> expected) {
    double error = 0;
    double norm = 0;
    for (int e = 0; e < expected.size(); e++) {
      double difference = found.get(e) - expected.get(e);
      error += difference * difference;
      norm += expected.get(e) * expected.get(e);
    }
    return Math.sqrt(error / norm);
  }

  @Test
  void theLossFallsInAFewSteps() {
    Shape image = Shape.of(3, 16, 16);
    try (Device device = Device.open("cpu");
        Layer network = network(device, "ellipse", image, NARROW, 10);
        Problem problem = new Problem(device, 20, image, 1, 10)) {
      double first = problem.loss(network);
      for (int step = 0; step < 8; step++) {
        problem.backward(network);
        for (Parameter parameter : network.parameters()) {
          device
              .operators()
              .elementwise()
              .addScaled(parameter.basis(), -0.05, parameter.variable().gradient());
        }
      }
      assertThat(problem.loss(network)).isLessThan(0.8 * first);
    }
  }

  @Test
  void oneStepLeavesOnlyParametersAndTheirGradients() {
    Shape image = Shape.of(2, 8, 8);
    try (Device device = Device.open("reference");
        Layer network = network(device, "ellipse", image, NARROW, 3);
        Problem problem = new Problem(device, 2, image, 1, 3)) {
      long atFirst = device.bytesInUse();
      problem.loss(network);
      assertThat(device.bytesInUse()).isEqualTo(atFirst);
      problem.backward(network);
      assertThat(device.bytesInUse()).isEqualTo(atFirst + count(network) * Float.BYTES);
    }
  }

  @Test
  void whatCannotBeIsRefusedWithNothingLeftBehind() {
    try (Device device = Device.open("reference")) {
      for (Shape image : List.of(Shape.of(3, 32, 28), Shape.of(32, 32), Shape.of(1, 3, 32, 32))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> network(device, "ellipse", image, NARROW, 10))
            .withMessageContaining(image.toString())
            .withMessageContaining("as high as wide");
      }
      Shape image = Shape.of(3, 8, 8);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> network(device, "ellipse", image, 0, 10));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> network(device, "ellipse", image, NARROW, 0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> network(device, "ellipse", Shape.of(0, 8, 8), NARROW, 10));
      assertThat(device.bytesInUse()).isZero();
    }
  }
}
