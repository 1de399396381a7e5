package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every device to refusing operands that do not fit, before it writes anything.
 *
 * <p>Every operator is called with operands that fit, except for one, at each place in turn.
 */
abstract class RefusalSuite extends FamilySuite {
  RefusalSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  /** An operator with the shapes and types of operands that fit it. */
  record Call(String name, List<Operand> operands, Body body) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * An operand whose elements all have a value; the extents from free to before freeEnd are nobody
   * else's business.
   */
  record Operand(ElementType type, Shape shape, double value, int free, int freeEnd) {
    Operand(ElementType type, Shape shape) {
      this(type, shape, 0, 0, 0);
    }

    Operand free(int first, int end) {
      return new Operand(type, shape, value, first, end);
    }

    Operand ones() {
      return new Operand(type, shape, 1, free, freeEnd);
    }

    Operand with(ElementType other, Shape otherShape) {
      return new Operand(other, otherShape, value, free, freeEnd);
    }

    /** A scalar, and one more of each extent that is not free. */
    List<Shape> wrongShapes() {
      List<Shape> wrong = new ArrayList<>(List.of(Shape.of()));
      for (int index = 0; index < shape.rank(); index++) {
        if (index < free || index >= freeEnd) {
          int[] dimensions = shape.toArray();
          dimensions[index]++;
          wrong.add(Shape.of(dimensions));
        }
      }
      return wrong;
    }
  }

  interface Body {
    void run(Operators operators, List<Tensor> operands);
  }

  private interface WayBack {
    void run(ConvolutionOperators operators, List<Tensor> operands, Tensor trace);
  }

  /** A convolution's way back, after the forward pass that leaves its trace. */
  private static Body afterForward(WayBack back) {
    return (device, t) -> {
      ConvolutionOperators convolution = device.convolution();
      try (Tensor trace = convolution.allocateTrace(CONVOLUTION, 5)) {
        convolution.forward(CONVOLUTION, mixture(t), t.get(3), t.get(4), trace);
        back.run(convolution, t, trace);
      }
    };
  }

  private static Operand real(int... dimensions) {
    return new Operand(ElementType.FLOAT32, Shape.of(dimensions));
  }

  private static Operand integers(int... dimensions) {
    return new Operand(ElementType.INT32, Shape.of(dimensions));
  }

  private static Operand bytes(int... dimensions) {
    return new Operand(ElementType.UINT8, Shape.of(dimensions));
  }

  private static final WeightManifold ELLIPSE = WeightManifold.parse("ellipse");
  private static final Gram GRAM = ELLIPSE.gram();
  private static final Linear LINEAR = new Linear(4, 2, Activation.RELU);
  private static final Convolution CONVOLUTION =
      Convolution.same(1, 2, 4, 4, 3).activated(Activation.RELU).pooled(2);
  private static final Pooling POOLING = new Pooling(Pooling.Kind.MAX, 3, 4, 4, 2);
  private static final LayerNormalization NORMALIZATION = new LayerNormalization(3, 4, 1e-5);
  private static final Normalization PIXELS = new Normalization(List.of(0.0), List.of(1.0));
  private static final SgdStep SGD = new SgdStep(0.1, 0.9, SgdStep.Rule.HEAVY_BALL, 0, 1);
  private static final AdamStep ADAM =
      new AdamStep(AdamStep.Form.PAPER, 0.1, 0.9, 0.999, 1e-8, 0, 1, 1);

  private static Mixture mixture(List<Tensor> t) {
    return new Mixture(t.get(0), t.get(1), t.get(2));
  }

  static Stream<Call> calls() {
    return Stream.of(
        new Call(
            "coefficients",
            List.of(real(2, 1), real(2, 3)),
            (device, t) -> device.mixing().coefficients(ELLIPSE, t.get(0), t.get(1))),
        new Call(
            "mix",
            List.of(real(2, 3), real(3, 5), real(2, 5)),
            (device, t) -> device.mixing().mix(t.get(0), t.get(1), t.get(2))),
        new Call(
            "mixBackward",
            List.of(real(2, 3), real(2, 5), real(3, 5)),
            (device, t) -> device.mixing().mixBackward(t.get(0), t.get(1), t.get(2))),
        new Call(
            "linear forward",
            List.of(real(5, 3), real(3, 2, 4), real(3, 2), real(5, 4), real(5, 2)),
            (device, t) -> device.linear().forward(LINEAR, mixture(t), t.get(3), t.get(4))),
        new Call(
            "linear backward",
            List.of(
                real(5, 3),
                real(3, 2, 4),
                real(3, 2),
                real(5, 4),
                real(5, 2),
                real(5, 2),
                real(5, 4),
                real(3, 2, 4),
                real(3, 2)),
            (device, t) ->
                device
                    .linear()
                    .backward(
                        LINEAR,
                        mixture(t),
                        t.get(3),
                        t.get(4),
                        t.get(5),
                        t.get(6),
                        new MixtureGradients(t.get(7), t.get(8)))),
        new Call(
            "convolution forward",
            List.of(
                real(5, 3), real(3, 2, 1, 3, 3), real(3, 2), real(5, 1, 4, 4), real(5, 2, 2, 2)),
            (device, t) ->
                device.convolution().forward(CONVOLUTION, mixture(t), t.get(3), t.get(4), null)),
        new Call(
            "convolution backward",
            List.of(
                real(5, 3),
                real(3, 2, 1, 3, 3),
                real(3, 2),
                real(5, 1, 4, 4),
                real(5, 2, 2, 2),
                real(5, 2, 2, 2),
                real(5, 1, 4, 4),
                real(3, 2, 1, 3, 3),
                real(3, 2)),
            afterForward(
                (convolution, t, trace) ->
                    convolution.backward(
                        CONVOLUTION,
                        mixture(t),
                        t.get(3),
                        t.get(4),
                        trace,
                        t.get(5),
                        t.get(6),
                        new MixtureGradients(t.get(7), t.get(8))))),
        new Call(
            "convolution example gradients",
            List.of(
                real(5, 3),
                real(3, 2, 1, 3, 3),
                real(3, 2),
                real(5, 1, 4, 4),
                real(5, 2, 2, 2),
                real(5, 2, 2, 2),
                real(5, 2, 1, 3, 3),
                real(5, 2)),
            afterForward(
                (convolution, t, trace) ->
                    convolution.exampleGradients(
                        CONVOLUTION,
                        mixture(t),
                        t.get(3),
                        t.get(4),
                        trace,
                        t.get(5),
                        new MixtureGradients(t.get(6), t.get(7))))),
        new Call(
            "unfold",
            List.of(real(5, 1, 4, 4), real(5, 16, 9)),
            (device, t) -> device.convolution().unfold(CONVOLUTION, t.get(0), t.get(1))),
        new Call(
            "pooling forward",
            List.of(real(2, 3, 4, 4), real(2, 3, 2, 2)),
            (device, t) -> device.pooling().forward(POOLING, t.get(0), t.get(1))),
        new Call(
            "pooling backward",
            List.of(real(2, 3, 4, 4), real(2, 3, 2, 2), real(2, 3, 4, 4)),
            (device, t) -> device.pooling().backward(POOLING, t.get(0), t.get(1), t.get(2))),
        new Call(
            "layer normalization forward",
            List.of(
                real(5, 2), real(2, 3), real(2, 3), real(5, 3, 4), real(5, 3, 4), real(5), real(5)),
            (device, t) ->
                device
                    .normalization()
                    .forward(
                        NORMALIZATION,
                        mixture(t),
                        t.get(3),
                        t.get(4),
                        new Moments(t.get(5), t.get(6)))),
        new Call(
            "layer normalization backward",
            List.of(
                real(5, 2),
                real(2, 3),
                real(2, 3),
                real(5, 3, 4),
                real(5),
                real(5),
                real(5, 3, 4),
                real(5, 3, 4),
                real(2, 3),
                real(2, 3)),
            (device, t) ->
                device
                    .normalization()
                    .backward(
                        NORMALIZATION,
                        mixture(t),
                        t.get(3),
                        new Moments(t.get(4), t.get(5)),
                        t.get(6),
                        t.get(7),
                        new MixtureGradients(t.get(8), t.get(9)))),
        new Call(
            "modulate",
            List.of(real(5, 3, 4), real(5, 3), real(5, 3), real(5, 3, 4)),
            (device, t) -> device.normalization().modulate(t.get(0), t.get(1), t.get(2), t.get(3))),
        new Call(
            "modulateBackward",
            List.of(
                real(5, 3, 4), real(5, 3), real(5, 3, 4), real(5, 3, 4), real(5, 3), real(5, 3)),
            (device, t) ->
                device
                    .normalization()
                    .modulateBackward(t.get(0), t.get(1), t.get(2), t.get(3), t.get(4), t.get(5))),
        new Call(
            "copy",
            List.of(real(3, 5), real(3, 5)),
            (device, t) -> device.elementwise().copy(t.get(0), t.get(1))),
        new Call(
            "addScaled",
            List.of(real(3, 5), real(3, 5)),
            (device, t) -> device.elementwise().addScaled(t.get(0), 2, t.get(1))),
        new Call(
            "relu",
            List.of(real(3, 5), real(3, 5)),
            (device, t) -> device.elementwise().relu(t.get(0), t.get(1))),
        new Call(
            "reluBackward",
            List.of(real(3, 5), real(3, 5), real(3, 5)),
            (device, t) -> device.elementwise().reluBackward(t.get(0), t.get(1), t.get(2))),
        new Call(
            "softmaxCrossEntropy",
            List.of(real(2, 3), integers(2), real(2), bytes(2), real(2, 3)),
            (device, t) ->
                device
                    .loss()
                    .softmaxCrossEntropy(t.get(0), t.get(1), t.get(2), t.get(3), t.get(4))),
        new Call(
            "solve",
            List.of(real(3, 5).free(1, 2)),
            (device, t) -> device.update().solve(GRAM, t.get(0))),
        new Call(
            "squaredNorm",
            List.of(real(3, 5).free(1, 2)),
            (device, t) -> device.update().squaredNorm(GRAM, t.get(0))),
        new Call(
            "addProduct",
            List.of(real(6, 5), real(3, 3), real(6, 5)),
            (device, t) -> device.update().addProduct(t.get(0), 2, t.get(1), t.get(2))),
        new Call(
            "sgd",
            List.of(real(3, 5), real(3, 5), real(3, 5)),
            (device, t) -> device.update().sgd(SGD, GRAM, t.get(0), t.get(1), t.get(2))),
        new Call(
            "adam",
            List.of(real(3, 5), real(3, 5), real(3, 5), real(3, 5)),
            (device, t) ->
                device.update().adam(ADAM, GRAM, t.get(0), t.get(1), t.get(2), t.get(3))),
        new Call("clear", List.of(real(4, 4)), (device, t) -> device.metric().clear(t.get(0))),
        new Call(
            "addGram",
            List.of(real(2, 5), real(2, 5), real(4, 4)),
            (device, t) -> device.metric().addGram(t.subList(0, 2), 1, t.get(2))),
        new Call(
            "addProducts",
            List.of(real(2, 3, 5).free(2, 3), real(2, 3, 4), real(2, 3, 4), real(4, 4)),
            (device, t) -> device.metric().addProducts(t.get(0), 1, t.subList(1, 3), 1, t.get(3))),
        new Call(
            "addOuter",
            List.of(real(2, 3), real(4, 5), real(4, 1), real(18, 18)),
            (device, t) -> device.metric().addOuter(t.get(0), t.subList(1, 3), t.get(3))),
        new Call(
            "mix",
            List.of(real(2, 3), real(4, 4)),
            (device, t) -> device.metric().mix(t.get(0), GRAM, t.get(1))),
        new Call(
            "multiply",
            List.of(real(4, 4), real(4, 2), real(4, 2)),
            (device, t) -> device.metric().multiply(t.get(0), t.get(1), t.get(2))),
        new Call(
            "factorize",
            List.of(real(4, 4), real(4, 4)),
            (device, t) -> {
              boolean unused = device.metric().factorize(t.get(0), 0, t.get(1));
            }),
        new Call(
            "solve of a factor",
            List.of(real(4, 4), real(4, 2).free(1, 2)),
            (device, t) -> device.metric().solve(t.get(0), t.get(1))),
        new Call(
            "project",
            List.of(real(2, 3), real(2, 5), real(2, 5), real(3, 5), real(4)),
            (device, t) ->
                device.metric().project(t.get(0), t.subList(1, 3), 1, t.get(3), t.get(4))),
        new Call(
            "combine",
            List.of(real(4), real(2, 3), real(2, 5), real(2, 5), real(3, 5)),
            (device, t) ->
                device.metric().combine(t.get(0), t.get(1), t.subList(2, 4), 1, t.get(4))),
        new Call(
            "projectEach",
            List.of(real(2, 5), real(2, 5), real(2, 5), real(4)),
            (device, t) -> device.metric().projectEach(t.subList(0, 2), 1, t.get(2), t.get(3))),
        new Call(
            "combineEach",
            List.of(real(4), real(2, 5), real(2, 5), real(2, 5)),
            (device, t) -> device.metric().combineEach(t.get(0), t.subList(1, 3), 1, t.get(3))),
        new Call(
            "rotate",
            List.of(
                bytes(4, 1, 3, 3).free(0, 1),
                integers(2),
                real(2),
                real(2).ones(),
                real(2, 1, 3, 3)),
            (device, t) ->
                device.image().rotate(t.get(0), t.get(1), t.get(2), t.get(3), PIXELS, t.get(4))),
        new Call(
            "addNoise",
            List.of(real(2, 3, 3).free(1, 3), real(2)),
            (device, t) -> device.image().addNoise(t.get(0), t.get(1), new NoiseSource(1, 2))));
  }

  /** The real type stands for FLOAT32 above. */
  private static Tensor filled(Bench bench, Operand operand) {
    int size = (int) operand.shape().size();
    return switch (operand.type()) {
      case FLOAT32, FLOAT64 -> {
        double[] values = new double[size];
        Arrays.fill(values, operand.value());
        yield bench.input(operand.shape(), values);
      }
      case INT32 -> bench.indices(new int[size]).reshape(operand.shape());
      case UINT8 -> bench.bytes(operand.shape(), new byte[size]);
    };
  }

  /** Runs the call with operand {@code place} replaced, and sees it refused and nothing changed. */
  private void requireRefused(
      Call call,
      int place,
      Tensor replacement,
      Class<? extends Exception> refusal,
      Consumer<String> message) {
    try (Bench bench = bench()) {
      List<Tensor> operands = new ArrayList<>();
      call.operands().forEach(operand -> operands.add(filled(bench, operand)));
      operands.set(place, replacement);
      assertThatThrownBy(() -> call.body().run(bench.operators(), operands))
          .as("%s, operand %d is %s", call, place, replacement)
          .isInstanceOf(refusal)
          .satisfies(e -> message.accept(String.valueOf(e.getMessage())));
      bench.requireInputsUntouched();
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void operandsThatFitAreTaken(Call call) {
    try (Bench bench = bench()) {
      List<Tensor> operands = new ArrayList<>();
      for (Operand operand : call.operands()) {
        operands.add(filled(bench, operand));
      }
      call.body().run(bench.operators(), operands);
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void anotherShapeIsRefused(Call call) {
    try (Bench bench = bench()) {
      for (int place = 0; place < call.operands().size(); place++) {
        Operand operand = call.operands().get(place);
        for (Shape wrong : operand.wrongShapes()) {
          Tensor replacement = filled(bench, operand.with(operand.type(), wrong));
          requireRefused(
              call,
              place,
              replacement,
              IllegalArgumentException.class,
              message -> assertThat(message).containsPattern("shape|scalar"));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void anotherElementTypeIsRefused(Call call) {
    try (Bench bench = bench()) {
      for (int place = 0; place < call.operands().size(); place++) {
        Operand operand = call.operands().get(place);
        ElementType wrong =
            operand.type() == ElementType.INT32 ? ElementType.UINT8 : ElementType.INT32;
        requireRefused(
            call,
            place,
            filled(bench, operand.with(wrong, operand.shape())),
            IllegalArgumentException.class,
            message -> assertThat(message).contains(wrong + " " + operand.shape()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aTensorOfAnotherDeviceIsRefused(Call call) {
    try (Bench other = exactBench()) {
      for (int place = 0; place < call.operands().size(); place++) {
        requireRefused(
            call,
            place,
            filled(other, call.operands().get(place)),
            IllegalArgumentException.class,
            message ->
                assertThat(message).contains("does not live on this device", device().name()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aClosedTensorIsRefused(Call call) {
    for (int place = 0; place < call.operands().size(); place++) {
      Bench bench = bench();
      Tensor closed = filled(bench, call.operands().get(place));
      bench.close();
      requireRefused(
          call,
          place,
          closed,
          IllegalStateException.class,
          message -> assertThat(message).contains("used after close"));
    }
  }

  @Test
  void aShapeMismatchNamesBothShapes() {
    try (Bench bench = bench()) {
      Tensor a = bench.input(Shape.of(2, 3), new double[6]);
      Tensor p = bench.input(Shape.of(3, 4, 5), new double[60]);
      Tensor w = bench.output(Shape.of(2, 5, 4));
      assertThatThrownBy(() -> bench.operators().mixing().mix(a, p, w))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("mixed has shape 2x5x4, expected 2x4x5");
    }
  }

  @Test
  void aTraceOfAnotherDeviceIsRefused() {
    try (Bench bench = bench();
        Bench other = exactBench()) {
      Tensor trace = other.keep(other.operators().convolution().allocateTrace(CONVOLUTION, 1));
      Mixture parameters =
          new Mixture(
              bench.input(Shape.of(1, 1), new double[1]),
              bench.input(Shape.of(1, 2, 1, 3, 3), new double[18]),
              bench.input(Shape.of(1, 2), new double[2]));
      Tensor x = bench.input(Shape.of(1, 1, 4, 4), new double[16]);
      Tensor y = bench.output(Shape.of(1, 2, 2, 2));
      assertThatThrownBy(
              () -> bench.operators().convolution().forward(CONVOLUTION, parameters, x, y, trace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("trace");
      assertThat(y.toDoubles()).containsOnly(Double.NaN);
    }
  }
}
