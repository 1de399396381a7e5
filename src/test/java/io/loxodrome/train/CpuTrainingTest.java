package io.loxodrome.train;

import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.MixPlan;
import java.io.IOException;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole training steps on the CPU, where images keep a layout of their own between layers. */
class CpuTrainingTest {
  @ParameterizedTest
  @CsvSource({
    "cpu, point, SGD",
    "cpu, ellipse, SGD",
    "cpu, spline:5:periodic, ADAM",
    "cpu:outputs, ellipse, SGD",
    "cpu:inputs, ellipse, SGD",
    "cpu:weights, ellipse, SGD",
    "cpu:spans, spline:5:periodic, SGD",
    "cpu:shared, ellipse, SGD",
    "cpu:autotune, ellipse, SGD",
    "cpu:autotune, spline:5:periodic, ADAM",
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

  /** Each step passes the last one's rounding on; at a rate as low as this it hardly grows. */
  @ParameterizedTest
  @EnumSource(names = "WEIGHTS", mode = EnumSource.Mode.EXCLUDE)
  void aHundredStepsTakeTheSameCourseByEveryPlan(MixPlan plan) throws IOException {
    OptimizerChoice slow =
        new OptimizerChoice(
            OptimizerChoice.Rule.SGD,
            AdamStep.Form.WHITENED,
            0.001,
            0.9,
            0,
            OptionalDouble.empty());
    try (Device weights = Device.open("cpu:weights");
        Device device = Device.open("cpu:" + plan.option());
        SmallTraining expected = new SmallTraining(weights, "ellipse", slow);
        SmallTraining actual = new SmallTraining(device, "ellipse", slow)) {
      expected.train(100);
      actual.train(100);
      actual.requireSameCourse(expected, 1e-4);
    }
  }
}
