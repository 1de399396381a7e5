package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PaperCnnTest {
  private final Device device = Device.open("reference");
  private final WeightManifold ellipse = WeightManifold.parse("ellipse");
  private final Initialization initialization = new Initialization(1);

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private static List<String> described(Layer network) {
    return network.parameters().stream()
        .map(parameter -> parameter.name() + " " + parameter.basis().shape())
        .toList();
  }

  @Test
  void parametersForFashionMnist() {
    try (PaperCnn network =
        PaperCnn.initialized(device, ellipse, Shape.of(1, 28, 28), 10, initialization)) {
      assertThat(described(network))
          .containsExactly(
              "conv1.weight 3x32x1x3x3",
              "conv1.bias 3x32",
              "conv2.weight 3x64x32x3x3",
              "conv2.bias 3x64",
              "conv3.weight 3x128x64x3x3",
              "conv3.bias 3x128",
              "linear1.weight 3x512x1152",
              "linear1.bias 3x512",
              "linear2.weight 3x10x512",
              "linear2.bias 3x10");
    }
  }

  @Test
  void aPointOnCifarHasTheCountOfThePlainNetwork() {
    WeightManifold point = WeightManifold.parse("point");
    try (PaperCnn network =
        PaperCnn.initialized(device, point, Shape.of(3, 32, 32), 10, initialization)) {
      long count = network.parameters().stream().mapToLong(p -> p.basis().size()).sum();
      long convolutions = (27 * 32 + 32) + (9 * 32 * 64 + 64) + (9 * 64 * 128 + 128);
      assertThat(count).isEqualTo(convolutions + (2048 * 512 + 512) + (512 * 10 + 10));
    }
  }

  @Test
  void oneStepLeavesOnlyParametersAndTheirGradients() {
    Shape image = Shape.of(2, 9, 8);
    try (PaperCnn network = PaperCnn.initialized(device, ellipse, image, 3, initialization);
        Problem problem = new Problem(device, 2, image, 1, 3)) {
      long atFirst = device.bytesInUse();
      long parameterBytes =
          network.parameters().stream().mapToLong(p -> p.basis().size() * Float.BYTES).sum();
      problem.loss(network);
      assertThat(device.bytesInUse()).isEqualTo(atFirst);
      double loss = problem.backward(network);
      assertThat(loss).isFinite().isPositive();
      assertThat(device.bytesInUse()).isEqualTo(atFirst + parameterBytes);
      problem.backward(network);
      assertThat(device.bytesInUse()).isEqualTo(atFirst + parameterBytes);
    }
  }

  @Test
  void outputHasOneLogitPerClass() {
    Shape image = Shape.of(1, 8, 8);
    try (PaperCnn network = PaperCnn.initialized(device, ellipse, image, 7, initialization);
        Problem problem = new Problem(device, 3, image, 1, 7);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.forwardOnly(device)) {
      Variable images = Variable.constant("images", problem.inputs());
      Variable logits = network.forward(tape, images, conditioning);
      assertThat(logits.value().shape()).isEqualTo(Shape.of(3, 7));
      assertThat(logits.origin()).isEqualTo("linear2");
    }
  }

  @Test
  void overflowIsBlamedOnTheFirstLayerThatOverflows() {
    Shape image = Shape.of(1, 8, 8);
    try (PaperCnn network = PaperCnn.initialized(device, ellipse, image, 3, initialization);
        Problem problem = new Problem(device, 2, image, 1, 3);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device)) {
      network.parameters().get(2).basis().write(filled(3 * 64 * 32 * 9, Float.MAX_VALUE));
      network.forward(tape, Variable.constant("images", problem.inputs()), conditioning);
      Variable culprit = tape.firstNonFinite().orElseThrow();
      assertThat(culprit.origin()).isEqualTo("conv2");
    }
  }

  private static float[] filled(int size, float value) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void imagesTooSmallForThreePoolingsAreRefused() {
    for (Shape image : List.of(Shape.of(1, 7, 28), Shape.of(1, 28, 7), Shape.of(28, 28))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PaperCnn.initialized(device, ellipse, image, 10, initialization))
          .withMessageContaining(image.toString())
          .withMessageContaining("at least 8");
    }
  }

  @Test
  void noClassesAreRefusedWithNothingLeftBehind() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PaperCnn.initialized(device, ellipse, Shape.of(1, 8, 8), 0, initialization));
  }
}
