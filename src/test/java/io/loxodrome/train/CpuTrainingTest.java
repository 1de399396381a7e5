package io.loxodrome.train;

import io.loxodrome.ops.Device;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
