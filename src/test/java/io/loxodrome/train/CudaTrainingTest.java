package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.data.Arc;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole training steps on the CUDA device, its kernels on the executor of PTX: one call by call,
 * one noted down and run, one repeated.
 */
@Tag("ptx")
class CudaTrainingTest {
  @ParameterizedTest
  @CsvSource({
    "ptx, ellipse, SGD",
    "ptx, ellipse, RIEMANNIAN",
    "ptx:products, ellipse, SGD",
    "ptx, spline:5:periodic, ADAM",
    "ptx:outputs, ellipse, SGD",
    "ptx:weights, ellipse, SGD",
    "ptx:products:inputs, ellipse, SGD",
    "ptx:spans, spline:5:periodic, SGD",
    "ptx:shared, ellipse, SGD",
  })
  void threeStepsOfThePapersNetworkAreThoseOfTheReference(
      String name, String manifold, OptimizerChoice.Rule rule) throws IOException {
    try (Device reference = Device.open("reference");
        Device device = Device.open(name);
        SmallTraining expected = new SmallTraining(reference, manifold, rule);
        SmallTraining actual = new SmallTraining(device, manifold, rule)) {
      expected.train(3);
      actual.train(3);
      actual.requireNear(expected);
    }
  }

  @Test
  void aRepeatedStepHasTheBitsOfOneThatWasCalled() throws IOException {
    try (Device device = Device.open("ptx");
        SmallTraining repeated = nesterov(device);
        SmallTraining called = nesterov(device)) {
      repeated.train(4);
      for (int step = 0; step < 4; step++) {
        called.train(1);
      }
      repeated.requireSameBits(called);
    }
  }

  /** What depends on the batch's s is in no recording. */
  @Test
  void aPenaltyThatGrowsWithSIsThatOfTheReferenceWhenItIsRepeated() throws IOException {
    OptimizerChoice choice = OptimizerChoice.of(OptimizerChoice.Rule.SGD).withL2(0.05);
    try (Device reference = Device.open("reference");
        Device device = Device.open("ptx");
        SmallTraining expected = new SmallTraining(reference, "ellipse", choice);
        SmallTraining actual = new SmallTraining(device, "ellipse", choice);
        SmallTraining called = new SmallTraining(device, "ellipse", choice)) {
      expected.train(4);
      actual.train(4);
      actual.requireNear(expected);
      for (int step = 0; step < 4; step++) {
        called.train(1);
      }
      actual.requireSameBits(called);
    }
  }

  @Test
  void onASurfaceImagesAreTurnedAndScaled() throws IOException {
    OptimizerChoice sgd = OptimizerChoice.of(OptimizerChoice.Rule.SGD);
    ImageTask task = ImageTask.turnedAndScaled(1.5, new FixedAngles(4), new Arc(0.5));
    try (Device reference = Device.open("reference");
        Device device = Device.open("ptx");
        SmallTraining expected = new SmallTraining(reference, "product(ellipse,line)", sgd, task);
        SmallTraining actual = new SmallTraining(device, "product(ellipse,line)", sgd, task)) {
      expected.train(3);
      actual.train(3);
      actual.requireNear(expected);
    }
  }

  private static SmallTraining nesterov(Device device) {
    return new SmallTraining(device, "ellipse", OptimizerChoice.Rule.NESTEROV);
  }

  @Test
  void allMemoryComesBack() throws IOException {
    try (Device device = Device.open("ptx")) {
      try (SmallTraining training = nesterov(device)) {
        training.train(3);
        long inUse = device.bytesInUse();
        long peak = device.peakBytes();
        training.train(3);
        assertThat(List.of(device.bytesInUse(), device.peakBytes())).containsExactly(inUse, peak);
      }
      assertThat(device.bytesInUse()).isZero();
    }
  }
}
