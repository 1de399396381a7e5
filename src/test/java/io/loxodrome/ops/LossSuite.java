package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every device to the definition of the losses. */
abstract class LossSuite extends FamilySuite {
  LossSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 17, 100})
  void softmaxCrossEntropyAgrees(int classes) {
    for (int batch : BATCHES) {
      double[] z = draw.normals((long) batch * classes);
      int[] labels = draw.indices(batch, classes);
      Shape perExample = Shape.of(batch);
      requireAgreement(
          "softmax cross-entropy B " + batch + " c " + classes,
          bench -> {
            Tensor logits = bench.input(Shape.of(batch, classes), z);
            Tensor losses = bench.output(perExample);
            Tensor correct = bench.byteOutput(perExample);
            Tensor gradient = bench.output(Shape.of(batch, classes));
            Tensor again = bench.output(perExample);
            LossOperators loss = bench.operators().loss();
            Tensor truth = bench.indices(labels);
            loss.softmaxCrossEntropy(logits, truth, losses, correct, gradient);
            loss.softmaxCrossEntropy(logits, truth, again, bench.byteOutput(perExample), null);
            return List.of(losses, correct, gradient, again);
          });
    }
  }

  @Test
  void byHand() {
    double e = Math.E;
    try (Bench bench = bench()) {
      Tensor losses = bench.output(Shape.of(2));
      Tensor correct = bench.byteOutput(Shape.of(2));
      Tensor gradient = bench.output(Shape.of(2, 2));
      bench
          .operators()
          .loss()
          .softmaxCrossEntropy(
              bench.input(Shape.of(2, 2), new double[] {1, 0, 0, 1}),
              bench.indices(0, 0),
              losses,
              correct,
              gradient);
      double p = e / (e + 1);
      requireClose("losses", losses.toDoubles(), new double[] {-Math.log(p), -Math.log(1 - p)});
      requireClose(
          "gradient", gradient.toDoubles(), new double[] {(p - 1) / 2, (1 - p) / 2, -p / 2, p / 2});
      assertThat(correct.toBytes()).containsExactly(1, 0);
    }
  }

  @Test
  void extremeLogitsStayFinite() {
    try (Bench bench = bench()) {
      Tensor losses = bench.output(Shape.of(3));
      Tensor correct = bench.byteOutput(Shape.of(3));
      Tensor gradient = bench.output(Shape.of(3, 3));
      bench
          .operators()
          .loss()
          .softmaxCrossEntropy(
              bench.input(
                  Shape.of(3, 3), new double[] {1e4, -1e4, 0, 1e4, -1e4, 0, -1e4, -1e4, -1e4}),
              bench.indices(0, 1, 2),
              losses,
              correct,
              gradient);
      requireClose("losses", losses.toDoubles(), new double[] {0, 2e4, Math.log(3)});
      double third = 1 / 3.0;
      requireClose(
          "gradient",
          gradient.toDoubles(),
          new double[] {0, 0, 0, third, -third, 0, third / 3, third / 3, -2 * third / 3});
      assertThat(correct.toBytes()).containsExactly(1, 0, 0);
    }
  }

  @Test
  void aLogitThatIsNotANumberShowsInTheLoss() {
    try (Bench bench = bench()) {
      Tensor losses = bench.output(Shape.of(2));
      bench
          .operators()
          .loss()
          .softmaxCrossEntropy(
              bench.input(Shape.of(2, 3), new double[] {0, 1, Double.NaN, 0, 1, 2}),
              bench.indices(0, 0),
              losses,
              bench.byteOutput(Shape.of(2)),
              null);
      assertThat(losses.toDoubles()[0]).isNaN();
      assertThat(losses.toDoubles()[1]).isFinite();
    }
  }

  @Test
  void theFirstOfTiedLogitsIsTheAnswer() {
    try (Bench bench = bench()) {
      Tensor correct = bench.byteOutput(Shape.of(3));
      bench
          .operators()
          .loss()
          .softmaxCrossEntropy(
              bench.input(Shape.of(3, 3), new double[] {0, 5, 5, 0, 5, 5, 1, 1, 1}),
              bench.indices(1, 2, 0),
              bench.output(Shape.of(3)),
              correct,
              null);
      assertThat(correct.toBytes()).containsExactly(1, 0, 1);
    }
  }

  @Test
  void eachRowOfTheGradientSumsToZero() {
    try (Bench bench = bench()) {
      Tensor gradient = bench.output(Shape.of(7, 10));
      bench
          .operators()
          .loss()
          .softmaxCrossEntropy(
              bench.input(Shape.of(7, 10), draw.normals(70)),
              bench.indices(draw.indices(7, 10)),
              bench.output(Shape.of(7)),
              bench.byteOutput(Shape.of(7)),
              gradient);
      double[] values = gradient.toDoubles();
      for (int i = 0; i < 7; i++) {
        double sum = 0;
        for (int j = 0; j < 10; j++) {
          sum += values[10 * i + j];
        }
        assertThat(sum).as("row %d; %s", i, draw).isCloseTo(0, within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3, Integer.MAX_VALUE})
  void aLabelOutOfRangeIsRefusedBeforeAnythingIsWritten(int label) {
    try (Bench bench = bench()) {
      Tensor losses = bench.updated(Shape.of(2), new double[] {1, 2});
      Tensor correct = bench.byteOutput(Shape.of(2));
      Tensor logits = bench.input(Shape.of(2, 3), draw.normals(6));
      Tensor labels = bench.indices(0, label);
      assertThatThrownBy(
              () ->
                  bench
                      .operators()
                      .loss()
                      .softmaxCrossEntropy(logits, labels, losses, correct, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("labels[1] is " + label + ", must be from 0 to 2");
      assertThat(losses.toDoubles()).containsExactly(1, 2);
      assertThat(correct.toBytes()).containsOnly(Bench.POISON);
    }
  }
}
