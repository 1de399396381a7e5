package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.ImageSet;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Normalization;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final int SIDE = 8;
  private static final int CLASSES = 4;

  private final Device device = Device.open("cpu");

  @AfterEach
  void everythingIsFreed() {
    device.close();
    assertThat(device.bytesInUse()).isZero();
  }

  /** What a layer was shown: an image, by its brightness, at an angle in degrees. */
  private record Shown(int image, int degree) {}

  private interface Answer {
    int of(int image, int degree);
  }

  /**
   * Knows an image by its brightness and its angle by a(s) of a line, and answers as it is told.
   */
  private static final class Oracle implements Layer {
    private final Answer answer;
    private final List<Shown> shown = new ArrayList<>();
    private int largestBatch;

    Oracle(Answer answer) {
      this.answer = answer;
    }

    @Override
    public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
      int batch = input.value().shape().dimension(0);
      double[] pixels = input.value().toDoubles();
      double[] places = conditioning.coefficients(WeightManifold.parse("line")).toDoubles();
      double[] logits = new double[batch * CLASSES];
      for (int i = 0; i < batch; i++) {
        // A pixel beside the centre, which no turn moves out of the image.
        int image = (int) Math.round(255 * pixels[i * SIDE * SIDE + 3 * SIDE + 3]);
        int degree = (int) Math.round(360 * places[2 * i + 1]);
        shown.add(new Shown(image, degree));
        logits[i * CLASSES + answer.of(image, degree)] = 1;
      }
      largestBatch = Math.max(largestBatch, batch);
      Tensor output = tape.allocate(Shape.of(batch, CLASSES)).write(logits);
      return tape.record("oracle", output, List.of(input), (cotangent, targets) -> {});
    }

    @Override
    public List<Parameter> parameters() {
      return List.of();
    }
  }

  /** Images of one brightness each, image i of brightness i; brightness 1 is a pixel's 1/255. */
  private static ImageSet images(int count, IntUnaryOperator label) {
    byte[] pixels = new byte[count * SIDE * SIDE];
    for (int i = 0; i < count; i++) {
      Arrays.fill(pixels, i * SIDE * SIDE, (i + 1) * SIDE * SIDE, (byte) i);
    }
    int[] labels = IntStream.range(0, count).map(label).toArray();
    return new ImageSet("oracle", 1, SIDE, SIDE, CLASSES, pixels, labels);
  }

  private AngleAccuracy evaluate(ImageSet images, Layer network) {
    Normalization none = new Normalization(List.of(0.0), List.of(1.0));
    try (StoredImages rotated = new StoredImages(device, images, none)) {
      AngleGrid grid = new AngleGrid(360, 4, 11);
      return new Evaluator(device, rotated, grid).accuracy(network, () -> false);
    }
  }

  @Test
  void everyImageIsShownOnceInEachQuarter() {
    Oracle oracle = new Oracle((image, degree) -> 0);
    evaluate(images(100, i -> 0), oracle);
    assertThat(oracle.shown).hasSize(400).doesNotHaveDuplicates();
    assertThat(oracle.largestBatch).isLessThan(400);
    for (int image = 0; image < 100; image++) {
      int which = image;
      assertThat(oracle.shown.stream().filter(shown -> shown.image() == which))
          .extracting(shown -> shown.degree() / 90)
          .containsExactlyInAnyOrder(0, 1, 2, 3);
    }
  }

  @Test
  void ninetyImagesCoverAllAngles() {
    Oracle oracle = new Oracle((image, degree) -> 0);
    AngleAccuracy accuracy = evaluate(images(90, i -> 0), oracle);
    assertThat(oracle.shown)
        .extracting(Shown::degree)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 360).boxed().toList());
    assertThat(accuracy.byAngle()).hasSize(360).containsOnly(1.0);
  }

  @Test
  void labelsStayWithTheirImages() {
    Oracle right = new Oracle((image, degree) -> image % CLASSES);
    assertThat(evaluate(images(180, i -> i % CLASSES), right).byAngle()).containsOnly(1.0);
    Oracle wrong = new Oracle((image, degree) -> (image + 1) % CLASSES);
    assertThat(evaluate(images(180, i -> i % CLASSES), wrong).byAngle()).containsOnly(0.0);
  }

  @Test
  void accuraciesAreSharesOfWhatWasShownAtTheirAngles() {
    // 180 images show every angle twice. Right at 0 and 240 degrees and wrong at 120, which three
    // fixed angles train on; elsewhere right below 100 degrees: 1 to 99.
    Oracle oracle = new Oracle((image, degree) -> degree < 100 || degree == 240 ? 0 : 1);
    AngleAccuracy accuracy = evaluate(images(180, i -> 0), oracle);
    AngleScheme three = new FixedAngles(3);
    assertThat(accuracy.seen(three)).hasValue(2.0 / 3);
    assertThat(accuracy.unseen(three)).hasValue(99.0 / 357);
    for (int degree = 0; degree < 360; degree++) {
      double share = degree < 100 || degree == 240 ? 1 : 0;
      assertThat(accuracy.byAngle().get(degree)).as("%d degrees", degree).isEqualTo(share);
    }
  }

  @Test
  void anArcIsSeenAndTheRestIsNot() {
    Oracle oracle = new Oracle((image, degree) -> degree <= 36 || degree >= 270 ? 0 : 1);
    AngleAccuracy accuracy = evaluate(images(90, i -> 0), oracle);
    AngleScheme arc = AngleScheme.parse("arc:0.1");
    long seen = IntStream.range(0, 360).filter(degree -> arc.seen(degree / 360.0)).count();
    assertThat(seen).isBetween(36L, 37L);
    assertThat(accuracy.seen(arc)).hasValue(1);
    assertThat(accuracy.unseen(arc)).hasValue((90 + 37 - seen) / (double) (360 - seen));
  }

  @Test
  void anglesThatWereNotShownHaveNoAccuracy() {
    Oracle oracle = new Oracle((image, degree) -> image);
    AngleAccuracy accuracy = evaluate(images(2, i -> 0), oracle);
    assertThat(accuracy.byAngle().stream().filter(share -> !share.isNaN())).hasSize(8);
    for (Shown shown : oracle.shown) {
      assertThat(accuracy.byAngle().get(shown.degree())).isEqualTo(1.0 - shown.image());
    }
    AngleAccuracy nothing = new AngleAccuracy(new AngleGrid(360, 4, 11));
    assertThat(nothing.seen(new FixedAngles(3))).isEmpty();
    assertThat(nothing.unseen(new FixedAngles(3))).isEmpty();
    assertThat(nothing.byAngle()).hasSize(360).containsOnly(Double.NaN);
  }

  @Test
  void anEvaluationStopsBetweenBatches() {
    Oracle oracle = new Oracle((image, degree) -> 0);
    Normalization none = new Normalization(List.of(0.0), List.of(1.0));
    try (StoredImages rotated = new StoredImages(device, images(100, i -> 0), none)) {
      Evaluator evaluator = new Evaluator(device, rotated, new AngleGrid(360, 4, 11));
      assertThatThrownBy(() -> evaluator.accuracy(oracle, () -> !oracle.shown.isEmpty()))
          .isInstanceOf(RunStoppedException.class)
          .hasMessage("evaluation was stopped after 250 of 400 images");
    }
    assertThat(oracle.shown).hasSize(250);
  }
}
