package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Errors;
import io.loxodrome.ptx.PtxDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrossEntropyTest extends SparseKernelTest {
  /** What should be written, in double. */
  private static final class Expected {
    final double[] losses;
    final byte[] correct;
    final double[] gradient;

    Expected(double[] logits, int[] labels, int classes) {
      int batch = labels.length;
      losses = new double[batch];
      correct = new byte[batch];
      gradient = new double[logits.length];
      for (int i = 0; i < batch; i++) {
        double[] z = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
        int largest = 0;
        for (int j = 1; j < classes; j++) {
          if (z[j] > z[largest]) {
            largest = j;
          }
        }
        double rest = 0; // all exponentials but the largest
        for (int j = 0; j < classes; j++) {
          rest += j == largest ? 0 : Math.exp(z[j] - z[largest]);
        }
        double own = Double.isFinite(z[largest]) ? 1 : Double.NaN;
        losses[i] = Math.log1p(rest + (own - 1)) + (z[largest] - z[labels[i]]);
        correct[i] = (byte) (largest == labels[i] ? 1 : 0);
        double others = 0; // all but the label's
        for (int j = 0; j < classes; j++) {
          double exponential = Math.exp(z[j] - z[largest]);
          gradient[i * classes + j] = exponential / (rest + own) / batch;
          others += j == labels[i] ? 0 : exponential;
        }
        gradient[i * classes + labels[i]] = -others / (rest + own) / batch;
      }
    }
  }

  /** A batch on the device. */
  private final class Batch {
    final int[] labels;
    final int classes;
    final DeviceArray losses;
    final DeviceArray correct;
    final DeviceArray gradient;

    Batch(double[] logits, int[] labels, int classes, int elementsOff) {
      this.labels = labels;
      this.classes = classes;
      losses = output(Storage.FLOAT32, labels.length, elementsOff);
      correct = outputBytes(labels.length);
      gradient = output(Storage.FLOAT32, logits.length, elementsOff);
      DeviceArray z = input(Storage.FLOAT32, logits, elementsOff);
      DeviceArray label = input(labels);
      new CrossEntropy(kernels)
          .forwardBackward(
              labels.length,
              classes,
              z.address(),
              label.address(),
              losses.address(),
              correct.address(),
              gradient.address(),
              Stream.DEFAULT);
    }

    void requireAs(Expected expected) {
      assertThat(correct.read()).as("correct, %s", draw).isEqualTo(expected.correct);
      verify(shape(), outputs(expected));
    }

    Output[] outputs(Expected expected) {
      return new Output[] {
        new Output(losses, Storage.FLOAT32, expected.losses, classes),
        new Output(gradient, Storage.FLOAT32, expected.gradient, classes)
      };
    }

    String shape() {
      return "%d x %d".formatted(labels.length, classes);
    }

    double[] lossValues() {
      return Numbers.values(Storage.FLOAT32, losses.read());
    }

    double[] gradientRow(int row) {
      return Arrays.copyOfRange(
          Numbers.values(Storage.FLOAT32, gradient.read()), row * classes, (row + 1) * classes);
    }
  }

  private Batch batch(double[] logits, int[] labels, int classes) {
    return new Batch(logits, labels, classes, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 1", "17, 2", "1000, 10", "129, 15", "127, 16", "128, 17", "33, 31", "1000, 32", "16, 33",
    "15, 127", "1, 128", "9, 128", "16, 129", "3, 132", "2, 255", "5, 1000", "4, 1001", "3, 4095",
    "3, 4096", "3, 4097", "2, 4100", "2, 9001", "2, 9000", "2, 12289"
  })
  void lossGradientAndCorrectness(int examples, int classes) {
    double[] logits = draw.normals((long) examples * classes);
    int[] labels = draw.indices(examples, classes);
    Batch batch = batch(logits, labels, classes);
    batch.requireAs(new Expected(logits, labels, classes));
  }

  @ParameterizedTest
  @CsvSource({"300, 5", "150, 20", "100, 40", "19, 200", "18, 201", "10, 4200", "11, 4201"})
  void blocksGoOnWhereTheGridEnds(int examples, int classes) {
    useMultiprocessors(1); // 8 blocks
    double[] logits = draw.normals((long) examples * classes);
    int[] labels = draw.indices(examples, classes);
    batch(logits, labels, classes).requireAs(new Expected(logits, labels, classes));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10, 16, 32, 100, 132, 4100})
  void atAnyAddress(int classes) {
    double[] logits = draw.normals(5L * classes);
    int[] labels = draw.indices(5, classes);
    for (int elementsOff = 1; elementsOff < 4; elementsOff++) {
      Batch batch = new Batch(logits, labels, classes, elementsOff);
      batch.requireAs(new Expected(logits, labels, classes));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 24, 100, 200, 1024, 5000})
  void theFirstOfTiedLogitsIsTheLargest(int classes) {
    int examples = 12;
    double[] logits = draw.smallIntegers((long) examples * classes);
    int[] labels = draw.indices(examples, classes);
    for (int i = 0; i < examples; i += 2) { // half of the labels among the tied
      while (logits[i * classes + labels[i]] != 2) {
        labels[i] = draw.indices(1, classes)[0];
        logits[i * classes + labels[i]] = 2;
      }
    }
    for (int i = 0; i < examples; i += 4) { // a quarter first of all
      for (int j = 0; j < labels[i]; j++) {
        logits[i * classes + j] = Math.min(1, logits[i * classes + j]);
      }
    }
    batch(logits, labels, classes).requireAs(new Expected(logits, labels, classes));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 24, 100, 1000, 5000})
  void largeLogitsDoNotOverflow(int classes) {
    double[] logits = draw.uniforms(8L * classes, -1e4, 1e4);
    int[] labels = draw.indices(8, classes);
    batch(logits, labels, classes).requireAs(new Expected(logits, labels, classes));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 24, 100, 1000, 5000})
  void nearCertaintyKeepsItsDigits(int classes) {
    double[] logits = draw.normals(4L * classes);
    int[] labels = draw.indices(4, classes);
    for (int i = 0; i < 4; i++) {
      logits[i * classes + labels[i]] = 30 + 10 * i;
    }
    Batch batch = batch(logits, labels, classes);
    Expected expected = new Expected(logits, labels, classes);
    batch.requireAs(expected);
    for (int i = 0; i < 4; i++) {
      assertThat(batch.lossValues()[i])
          .as("loss %d, %s", i, draw)
          .isCloseTo(expected.losses[i], within(3e-6 * expected.losses[i]));
      double slope = expected.gradient[i * classes + labels[i]];
      assertThat(batch.gradientRow(i)[labels[i]])
          .as("gradient %d, %s", i, draw)
          .isCloseTo(slope, within(3e-6 * -slope));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 24, 100, 1000, 5000})
  void labelsOutOfRangeAreNotANumber(int classes) {
    int[] labels = {-1, 0, classes, classes - 1, Integer.MIN_VALUE, 1, Integer.MAX_VALUE};
    double[] logits = draw.normals((long) labels.length * classes);
    logits[classes] = 10; // example 1 is correct
    Batch batch = batch(logits, labels, classes);
    int[] inRange = {0, 0, 0, classes - 1, 0, 1, 0};
    Expected expected = new Expected(logits, inRange, classes);
    for (int i = 0; i < labels.length; i++) {
      double[] row = batch.gradientRow(i);
      if (i % 2 == 0) {
        assertThat(batch.lossValues()[i]).isNaN();
        assertThat(batch.correct.read()[i]).isZero();
        assertThat(Arrays.stream(row).allMatch(Double::isNaN)).as("row %d", i).isTrue();
      } else {
        assertThat(batch.lossValues()[i])
            .isCloseTo(expected.losses[i], within(1e-5 * expected.losses[i]));
        assertThat(batch.correct.read()[i]).isEqualTo(expected.correct[i]);
        assertThat(
                Errors.relative(
                    row, Arrays.copyOfRange(expected.gradient, i * classes, (i + 1) * classes)))
            .isLessThan(1e-4);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 24, 100, 1000, 1001, 5000})
  void whatIsNotFiniteDoesNotPassUnseen(int classes) {
    double[] odd = {Double.NaN, 1.0 / 0, -1.0 / 0};
    int[] at = {0, 3, classes - 1};
    int[] labels = {0, 3, 5, classes - 1};
    for (int label : labels) {
      for (double value : odd) {
        double[] logits = draw.normals((long) at.length * classes);
        int[] all = new int[at.length];
        Arrays.fill(all, label);
        for (int i = 0; i < at.length; i++) {
          logits[i * classes + label] = 10; // the largest
          logits[i * classes + at[i]] = value;
        }
        Batch batch = batch(logits, all, classes);
        Expected expected = new Expected(logits, all, classes);
        assertThat(batch.correct.read()).isEqualTo(expected.correct);
        for (int i = 0; i < at.length; i++) {
          double loss = expected.losses[i];
          assertThat(batch.lossValues()[i])
              .as("loss with %s at %d, label %d", value, at[i], label)
              .isEqualTo(loss, within(Double.isFinite(loss) ? 1e-5 * loss : 0));
          assertThat(Double.isNaN(batch.gradientRow(i)[1]))
              .isEqualTo(Double.isNaN(expected.gradient[i * classes + 1]));
        }
      }
    }
  }

  @Test
  void nothingButNegativeInfinityHasNoLoss() {
    for (int classes : new int[] {7, 24, 100, 1000, 5000}) {
      double[] logits = new double[classes];
      Arrays.fill(logits, Double.NEGATIVE_INFINITY);
      assertThat(batch(logits, new int[] {2}, classes).lossValues()[0]).isNaN();
    }
  }

  @Test
  void theGradientIsThatOfTheMeanLoss() {
    int classes = 11;
    int examples = 6;
    double[] logits = draw.normals((long) examples * classes);
    int[] labels = draw.indices(examples, classes);
    double[] slopes = new double[logits.length];
    double step = 1e-5;
    for (int e = 0; e < logits.length; e++) {
      double[] up = logits.clone();
      double[] down = logits.clone();
      up[e] += step;
      down[e] -= step;
      slopes[e] = (meanLoss(up, labels, classes) - meanLoss(down, labels, classes)) / (2 * step);
    }
    Batch batch = batch(logits, labels, classes);
    double[] gradient = Numbers.values(Storage.FLOAT32, batch.gradient.read());
    assertThat(Errors.relative(gradient, slopes)).as("%s", draw).isLessThan(1e-5);
  }

  private static double meanLoss(double[] logits, int[] labels, int classes) {
    return Arrays.stream(new Expected(logits, labels, classes).losses).average().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 20, 100, 1000, 1001, 5000, 5001})
  void theGradientMayBeLeftOut(int classes) {
    double[] logits = draw.normals(3L * classes);
    int[] labels = draw.indices(3, classes);
    DeviceArray losses = output(Storage.FLOAT32, 3);
    DeviceArray correct = outputBytes(3);
    new CrossEntropy(kernels)
        .forwardBackward(
            3,
            classes,
            input(Storage.FLOAT32, logits).address(),
            input(labels).address(),
            losses.address(),
            correct.address(),
            0,
            Stream.DEFAULT);
    Expected expected = new Expected(logits, labels, classes);
    assertThat(correct.read()).isEqualTo(expected.correct);
    verify("no gradient", new Output(losses, Storage.FLOAT32, expected.losses, classes));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 127, 128, 129, 255, 256, 257, 1000, 4099})
  void sums(int batch) {
    double[] losses = draw.uniforms(batch, 0, 10);
    byte[] correct = new byte[batch];
    int[] coins = draw.indices(batch, 2);
    for (int i = 0; i < batch; i++) {
      correct[i] = (byte) coins[i];
    }
    DeviceArray lossSum = outputBytes(Double.BYTES);
    DeviceArray correctSum = outputBytes(Long.BYTES);
    new CrossEntropy(kernels)
        .sums(
            batch,
            input(Storage.FLOAT32, losses).address(),
            input(correct).address(),
            lossSum.address(),
            correctSum.address(),
            Stream.DEFAULT);
    double expected = Arrays.stream(losses).sum();
    assertThat(buffer(lossSum.read()).getDouble())
        .as("%s", draw)
        .isCloseTo(expected, within(1e-12 * expected));
    assertThat(buffer(correctSum.read()).getLong()).isEqualTo(Arrays.stream(coins).sum());
    verify("sums of " + batch);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  @Test
  void sameInputSameBits() {
    for (int classes : new int[] {10, 100, 1001, 5000}) {
      double[] logits = draw.normals(7L * classes);
      int[] labels = draw.indices(7, classes);
      Batch first = batch(logits, labels, classes);
      byte[] losses = first.losses.read();
      byte[] gradient = first.gradient.read();
      try (PtxDriver another = new PtxDriver(draw.indices(1, Integer.MAX_VALUE)[0]);
          Kernels others = new Kernels(another)) {
        DeviceArray z = DeviceArray.of(another, logits);
        DeviceArray label = DeviceArray.of(another, 0, Numbers.bytes(labels));
        DeviceArray loss = DeviceArray.unwritten(another, 0, losses.length);
        DeviceArray correct = DeviceArray.unwritten(another, 0, 7);
        DeviceArray dz = DeviceArray.unwritten(another, 0, gradient.length);
        new CrossEntropy(others)
            .forwardBackward(
                7,
                classes,
                z.address(),
                label.address(),
                loss.address(),
                correct.address(),
                dz.address(),
                Stream.DEFAULT);
        assertThat(loss.read()).isEqualTo(losses);
        assertThat(dz.read()).isEqualTo(gradient);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"16", "128", "512", "8192"})
  void offsetsPastTwoToThe31(int classes) {
    long batch = (3L << 31) / classes;
    useMultiprocessors(1 << 27); // a block for every row
    long logits = driver.allocateSparse(batch * classes * Float.BYTES, SparseKernelTest::someFloat);
    long labels = driver.allocateSparse(batch * Integer.BYTES, index -> 3);
    long losses = driver.allocateSparse(batch * Float.BYTES, index -> 0);
    long correct = driver.allocateSparse(batch, index -> 0);
    long gradient = driver.allocateSparse(batch * classes * Float.BYTES, index -> 0);
    int rows = classes == 16 ? 16 : classes == 128 ? 8 : 1;
    driver.onlyBlocks(block -> block == batch / rows - 1);
    new CrossEntropy(kernels)
        .forwardBackward(batch, classes, logits, labels, losses, correct, gradient, Stream.DEFAULT);
    double[] z = new double[classes];
    for (int j = 0; j < classes; j++) {
      z[j] = Float.intBitsToFloat(someFloat((batch - 1) * classes + j));
    }
    Expected expected = new Expected(z, new int[] {3}, classes);
    assertThat(readFloats(losses + (batch - 1) * Float.BYTES, 1)[0])
        .isCloseTo(expected.losses[0], within(1e-5 * expected.losses[0]));
    double[] dz = readFloats(gradient + (batch - 1) * classes * Float.BYTES, classes);
    double[] mean = Arrays.stream(expected.gradient).map(slope -> slope / batch).toArray();
    assertThat(Errors.relative(dz, mean)).isLessThan(1e-5);
    for (long address : new long[] {logits, labels, losses, correct, gradient}) {
      driver.free(address);
    }
  }

  /** c of 100 and 1001 do not fill sectors: rows share them, and so do blocks. */
  @ParameterizedTest
  @CsvSource({
    "1024, 10, 1.001",
    "512, 16, 1",
    "256, 32, 1",
    "64, 128, 1",
    "65, 100, 1.1",
    "16, 1024, 1.004",
    "16, 1001, 1.1",
    "8, 4096, 1.001",
    "4, 8192, 1.001",
    "4, 5001, 1.01"
  })
  void movesEachSectorOnce(int examples, int classes, double most) {
    double[] logits = draw.normals((long) examples * classes);
    int[] labels = draw.indices(examples, classes);
    Batch batch = batch(logits, labels, classes);
    Expected expected = new Expected(logits, labels, classes);
    long cells = (long) examples * classes;
    Traffic traffic =
        measure(batch.shape(), cells, 8 * cells + 9L * examples, batch.outputs(expected));
    // A block's labels, losses and bytes are less than a sector each.
    double small = examples * 3 * 32.0 / (8 * cells);
    assertThat(traffic.movedOverIdeal()).isLessThanOrEqualTo(most + small);
  }

  @Test
  void refusesBadArgumentsBeforeAnythingIsLaunched() {
    CrossEntropy loss = new CrossEntropy(kernels);
    assertThatThrownBy(() -> loss.forwardBackward(2, 10, 0, 256, 512, 768, 1024, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel softmax_short16: logits is a null address, expected device memory");
    assertThatThrownBy(() -> loss.forwardBackward(2, 200, 256, 513, 512, 768, 1024, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("softmax_held_x4: labels is at address 0x201, which is no multiple");
    assertThatThrownBy(() -> loss.forwardBackward(2, 200, 256, 512, 512, 768, 1026, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("softmax_held_x1: gradient is at address 0x402");
    assertThatThrownBy(() -> loss.forwardBackward(2, 10, 256, 512, 0, 768, 1024, Stream.DEFAULT))
        .hasMessageContaining("losses is a null address");
    assertThatThrownBy(() -> loss.forwardBackward(2, 10, 256, 512, 768, 0, 1024, Stream.DEFAULT))
        .hasMessageContaining("correct is a null address");
    assertThatThrownBy(() -> loss.forwardBackward(-1, 10, 256, 512, 512, 768, 1024, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch is -1, must be from 0 to ");
    assertThatThrownBy(() -> loss.forwardBackward(2, 0, 256, 512, 512, 768, 1024, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel softmax_short16: classes is 0, must be from 1 to 1073741824");
    assertThatThrownBy(() -> loss.sums(2, 256, 512, 772, 1024, Stream.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "kernel loss_sums: lossSum is at address 0x304, which is no multiple of 8 bytes");
    assertThatThrownBy(() -> loss.sums(-2, 256, 512, 768, 1024, Stream.DEFAULT))
        .hasMessageContaining("loss_sums: batch is -2");
    assertThat(driver.takeLaunches()).isEmpty();
  }

  @Test
  void anEmptyBatchDoesNothing() {
    CrossEntropy loss = new CrossEntropy(kernels);
    loss.forwardBackward(0, 10, 256, 512, 768, 1024, 0, Stream.DEFAULT);
    loss.sums(0, 256, 512, 768, 1024, Stream.DEFAULT);
    assertThat(driver.takeLaunches()).isEmpty();
  }
}
