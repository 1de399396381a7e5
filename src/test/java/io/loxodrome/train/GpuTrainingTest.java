package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.cuda.jcuda.CudaLookup;
import io.loxodrome.cuda.jcuda.JCudaDriver;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole training steps on a GPU: their numbers, their bits, and what memory they take. */
@Tag("gpu")
class GpuTrainingTest {
  private static final int STEPS = 6;

  /** What CUDA itself may keep of a context that is gone: compiled modules, and its heaps. */
  private static final long SLACK_BYTES = 64L << 20;

  @ParameterizedTest
  @CsvSource({"ellipse, SGD", "spline:5:periodic, ADAM", "point, SGD"})
  void threeStepsAreThoseOfTheReference(String manifold, OptimizerChoice.Rule rule)
      throws IOException {
    try (Device reference = Device.open("reference");
        Device gpu = Device.open("cuda");
        SmallTraining expected = new SmallTraining(reference, manifold, rule);
        SmallTraining actual = new SmallTraining(gpu, manifold, rule)) {
      expected.train(3);
      actual.train(3);
      actual.requireNear(expected);
    }
  }

  /** A trainer's first step is taken call by call, its third and later ones are replayed. */
  @ParameterizedTest
  @ValueSource(strings = {"ellipse", "spline:8", "torus"})
  void replayedStepsHaveTheBitsOfThoseTakenCallByCall(String manifold) throws IOException {
    try (Device gpu = Device.open("cuda");
        SmallTraining replayed = new SmallTraining(gpu, manifold, OptimizerChoice.Rule.SGD);
        SmallTraining callByCall = new SmallTraining(gpu, manifold, OptimizerChoice.Rule.SGD)) {
      replayed.train(STEPS);
      for (int step = 0; step < STEPS; step++) {
        callByCall.train(1);
      }
      replayed.requireSameBits(callByCall);
    }
  }

  @Test
  void aThousandStepsTakeTheMemoryOfTen() throws IOException {
    try (Device gpu = Device.open("cuda");
        Driver observer = JCudaDriver.open(0);
        SmallTraining training = new SmallTraining(gpu, "ellipse", OptimizerChoice.Rule.SGD)) {
      training.train(10);
      long inUse = gpu.bytesInUse();
      long peak = gpu.peakBytes();
      long left = observer.bytesLeft();
      training.train(1000);
      assertThat(gpu.bytesInUse()).isEqualTo(inUse);
      assertThat(gpu.peakBytes()).isEqualTo(peak);
      assertThat(observer.bytesLeft()).isGreaterThanOrEqualTo(left);
    }
  }

  @Test
  void allMemoryIsGivenBack() throws IOException {
    trainAndClose();
    try (Driver observer = JCudaDriver.open(0)) {
      long left = observer.bytesLeft();
      trainAndClose();
      assertThat(observer.bytesLeft()).isGreaterThan(left - SLACK_BYTES);
    }
  }

  private static void trainAndClose() throws IOException {
    try (Device gpu = Device.open("cuda")) {
      try (SmallTraining training = new SmallTraining(gpu, "ellipse", OptimizerChoice.Rule.ADAM);
          Tensor large = gpu.zeros(Shape.of(256, 1 << 20))) {
        training.train(STEPS);
        assertThat(gpu.bytesInUse()).isGreaterThan(large.size() * Float.BYTES);
      }
      assertThat(gpu.bytesInUse()).isZero();
    }
  }

  @Test
  void trainingGoesOnAfterMemoryRanOut() throws IOException {
    try (Device gpu = Device.open("cuda");
        SmallTraining interrupted = new SmallTraining(gpu, "ellipse", OptimizerChoice.Rule.SGD);
        SmallTraining unbroken = new SmallTraining(gpu, "ellipse", OptimizerChoice.Rule.SGD)) {
      interrupted.train(2);
      long inUse = gpu.bytesInUse();
      assertThatThrownBy(() -> gpu.allocate(Shape.of(1 << 20, 1 << 18)))
          .isInstanceOf(OutOfMemoryException.class)
          .hasMessageContaining("out of memory: %d bytes", 1L << 40);
      assertThat(gpu.bytesInUse()).isEqualTo(inUse);
      interrupted.train(2);
      unbroken.train(2);
      unbroken.train(2);
      interrupted.requireSameBits(unbroken);
    }
  }

  /** Two contexts of one device, or two devices where there are two. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void twoTrainSideBySideAsOneAlone(int number) throws IOException {
    int last = CudaLookup.result().devices().size() - 1;
    trainSideBySide("cuda:0", "cuda:" + Math.max(0, Math.min(number, last)));
  }

  private static void trainSideBySide(String one, String other) throws IOException {
    try (Device alone = Device.open(one);
        SmallTraining expected = new SmallTraining(alone, "ellipse", OptimizerChoice.Rule.SGD);
        Device first = Device.open(one);
        SmallTraining onFirst = new SmallTraining(first, "ellipse", OptimizerChoice.Rule.SGD);
        Device second = Device.open(other);
        SmallTraining onSecond = new SmallTraining(second, "ellipse", OptimizerChoice.Rule.SGD)) {
      for (int round = 0; round < 3; round++) {
        expected.train(3);
      }
      for (int round = 0; round < 3; round++) {
        onFirst.train(3);
        onSecond.train(3);
      }
      onFirst.requireSameBits(expected);
      onSecond.requireSameBits(expected);
    }
  }
}
