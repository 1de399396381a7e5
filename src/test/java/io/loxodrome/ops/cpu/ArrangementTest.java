package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Draw;
import io.loxodrome.ops.Errors;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Pooling;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images that a convolution leaves in oneDNN's layout are read right by whoever comes next.
 *
 * <p>All numbers are small and whole, so that the reference computes the same ones exactly.
 */
class ArrangementTest {
  private static final int BATCH = 5;
  private static final int N = 3;
  private static final Convolution FIRST =
      Convolution.same(16, 32, 10, 10, 3).activated(Activation.RELU).pooled(2);
  private static final Convolution SECOND =
      Convolution.same(32, 16, 5, 5, 3).activated(Activation.RELU);

  private final Draw draw = new Draw();
  private final Map<String, double[]> numbers = new HashMap<>();

  private double[] numbers(String name, Shape shape) {
    return numbers.computeIfAbsent(name, unused -> draw.smallIntegers(shape.size()));
  }

  /** The same computation on one of the devices; what has a name has the same numbers on both. */
  private final class Side implements AutoCloseable {
    private final Device device;
    private final Tape tape;
    private final List<Variable> leaves = new ArrayList<>();
    private final Tensor coefficients;

    Side(String deviceName) {
      device = Device.open(deviceName);
      tape = Tape.recording(device);
      coefficients = leaf("coefficients", Shape.of(BATCH, N)).value();
    }

    Variable leaf(String name, Shape shape) {
      Tensor tensor = device.allocate(shape).write(numbers(name, shape));
      Variable leaf = Variable.leaf(name, tensor);
      leaves.add(leaf);
      return leaf;
    }

    Variable convolved() {
      return convolved("first", FIRST, leaf("x", FIRST.inputShape(BATCH)));
    }

    Variable convolved(String name, Convolution layer, Variable x) {
      Variable weights = leaf(name + " weights", layer.weightShape().under(N));
      Variable bias = leaf(name + " bias", layer.biasShape().under(N));
      Mixture mixture = new Mixture(coefficients, weights.value(), bias.value());
      Tensor y = tape.allocate(layer.outputShape(BATCH));
      Tensor trace = tape.own(device.operators().convolution().allocateTrace(layer, BATCH));
      device.operators().convolution().forward(layer, mixture, x.value(), y, trace);
      return tape.record(
          name,
          y,
          List.of(x, weights, bias),
          (dy, targets) ->
              device
                  .operators()
                  .convolution()
                  .backward(
                      layer,
                      mixture,
                      x.value(),
                      y,
                      trace,
                      dy,
                      targets.wanted(0),
                      new MixtureGradients(targets.at(1), targets.at(2))));
    }

    Variable sum(Variable x, Variable y) {
      Tensor sum = tape.allocate(x.value().shape());
      device.operators().elementwise().copy(x.value(), sum);
      device.operators().elementwise().addScaled(sum, 1, y.value());
      return tape.record(
          "sum",
          sum,
          List.of(x, y),
          (dy, targets) -> {
            device.operators().elementwise().copy(dy, targets.at(0));
            device.operators().elementwise().copy(dy, targets.at(1));
          });
    }

    /** The gradients of all leaves that were reached. */
    List<Tensor> gradients(Variable output) {
      tape.sweep(output, leaf("dy", output.value().shape()).value());
      return leaves.stream().filter(Variable::hasGradient).map(Variable::gradient).toList();
    }

    @Override
    public void close() {
      tape.close();
      leaves.forEach(Variable::close);
      device.close();
    }
  }

  private interface Computation {
    List<Tensor> on(Side side);
  }

  private void requireAgreement(String deviceName, Computation computation) {
    try (Side side = new Side(deviceName);
        Side reference = new Side("reference:float64")) {
      List<Tensor> results = computation.on(side);
      List<Tensor> expected = computation.on(reference);
      assertThat(results).hasSameSizeAs(expected).isNotEmpty();
      for (int i = 0; i < results.size(); i++) {
        double[] values = results.get(i).toDoubles();
        double[] definition = expected.get(i).toDoubles();
        assertThat(Errors.relative(values, definition))
            .as("result %d: %s; %s", i, Errors.worst(values, definition), draw)
            .isZero();
      }
    }
  }

  private static ConvolutionPlan plan(Convolution layer) {
    try (Workers workers = new Workers(1, new NativePool())) {
      return workers.onFirst(() -> new ConvolutionPlan(layer));
    }
  }

  /** Else the tests here would hold nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared"})
  void imagesStayInTheLayoutOfTheConvolutionUntilSomebodyReadsThem(String deviceName) {
    ConvolutionPlan plan = plan(FIRST);
    try (Side side = new Side(deviceName)) {
      Tensor y = side.convolved().value();
      assertThat(NativeMemory.isArranged(y, plan.pooled)).isEqualTo(plan.blocksOutput());
      assertThat(y.toDoubles()).hasSize((int) y.size());
      assertThat(NativeMemory.isArranged(y, plan.pooled)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void theHostReadsThem(String deviceName) {
    requireAgreement(deviceName, side -> List.of(side.convolved().value()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void theHostWritesOverThem(String deviceName) {
    requireAgreement(
        deviceName,
        side -> {
          Tensor y = side.convolved().value();
          return List.of(y.write(numbers("over", y.shape())));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void poolingReadsThem(String deviceName) {
    Pooling layer = new Pooling(Pooling.Kind.MAX, 32, 5, 5, 2);
    requireAgreement(
        deviceName,
        side -> {
          Tensor y = side.tape.allocate(layer.outputShape(BATCH));
          side.device.operators().pooling().forward(layer, side.convolved().value(), y);
          return List.of(y);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void linearLayersReadThem(String deviceName) {
    Linear layer = new Linear(32 * 5 * 5, 7, Activation.NONE);
    requireAgreement(
        deviceName,
        side -> {
          Mixture mixture =
              new Mixture(
                  side.coefficients,
                  side.leaf("linear weights", layer.weightShape().under(N)).value(),
                  side.leaf("linear bias", layer.biasShape().under(N)).value());
          Tensor flat = side.convolved().value().reshape(layer.inputShape(BATCH));
          Tensor y = side.tape.allocate(layer.outputShape(BATCH));
          side.device.operators().linear().forward(layer, mixture, flat, y);
          return List.of(y);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void aSecondConvolutionReadsThem(String deviceName) {
    requireAgreement(
        deviceName,
        side -> {
          Variable y = side.convolved();
          return List.of(side.convolved("second", SECOND, y).value(), y.value());
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void elementwiseOperatorsReadAndWriteThem(String deviceName) {
    requireAgreement(
        deviceName,
        side -> {
          Tensor y = side.convolved().value();
          Tensor other =
              side.convolved("other", FIRST, side.leaf("z", FIRST.inputShape(BATCH))).value();
          Tensor sum = side.leaf("sum", y.shape()).value();
          side.device.operators().elementwise().addScaled(sum, 2, y);
          side.device.operators().elementwise().addScaled(other, -3, sum);
          return List.of(sum, other, y);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void gradientsComeBackThroughThem(String deviceName) {
    requireAgreement(
        deviceName, side -> side.gradients(side.convolved("second", SECOND, side.convolved())));
  }

  /** One of the two gradients of y is written in place, the other is added to it. */
  @ParameterizedTest
  @ValueSource(strings = {"cpu:weights", "cpu:shared", "cpu:outputs"})
  void gradientsOfTwoUsesAddUp(String deviceName) {
    requireAgreement(
        deviceName,
        side -> {
          Variable y = side.convolved();
          Variable second = side.convolved("second", SECOND, y);
          Variable third = side.convolved("third", SECOND, y);
          return side.gradients(side.sum(second, third));
        });
  }

  /** What was read meanwhile is row-major: forward blocked, backward not, and the other way. */
  @Test
  void gradientsComeBackThoughTheHostReadTheImagesBefore() {
    requireAgreement(
        "cpu:weights",
        side -> {
          Variable y = side.convolved();
          Variable second = side.convolved("second", SECOND, y);
          assertThat(y.value().toDoubles()).hasSize((int) y.value().size());
          return side.gradients(second);
        });
  }
}
