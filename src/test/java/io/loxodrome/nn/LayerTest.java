package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LayerTest {
  private final Device device = Device.open("reference:float64");
  private final WeightManifold line = WeightManifold.parse("line");

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private Parameter parameter(String name, WeightManifold manifold, Shape point, double... values) {
    Tensor basis = device.allocate(point.under(manifold.basisSize()));
    return new Parameter(name, manifold, values.length == 0 ? basis : basis.write(values));
  }

  @Test
  void linearMixesWeightsAndBiasAtS() {
    Linear shape = new Linear(2, 1, Activation.NONE);
    try (Layer layer =
            new ManifoldLinear(
                "linear",
                shape,
                parameter("w", line, shape.weightShape(), 1, 2, 5, 10),
                parameter("b", line, shape.biasShape(), 100, 200));
        Tensor s = device.allocate(Shape.of(1, 1)).write(new double[] {0.25});
        Tensor x = device.allocate(Shape.of(1, 2)).write(new double[] {1, 10});
        Conditioning conditioning = new Conditioning(device, s);
        Tape tape = Tape.forwardOnly(device)) {
      Variable y = layer.forward(tape, Variable.constant("x", x), conditioning);
      assertThat(y.value().toDoubles()).containsExactly(0.75 * 121 + 0.25 * 305);
      assertThat(y.origin()).isEqualTo("linear");
    }
  }

  @Test
  void flattenIsAViewOfItsInput() {
    try (Tensor s = device.zeros(Shape.of(2, 1));
        Tensor x = device.zeros(Shape.of(2, 3, 2, 2));
        Conditioning conditioning = new Conditioning(device, s);
        Tape tape = Tape.forwardOnly(device)) {
      long before = device.bytesInUse();
      Variable y = new Flatten("flat").forward(tape, Variable.constant("x", x), conditioning);
      assertThat(y.value().shape()).isEqualTo(Shape.of(2, 12));
      assertThat(device.bytesInUse()).isEqualTo(before);
    }
  }

  @Test
  void evaluationAllocatesNothingButTheOutput() {
    Convolution shape = Convolution.same(1, 2, 4, 4, 3).pooled(2);
    try (Layer layer =
            ManifoldConv2d.initialized(device, "conv", line, shape, new Initialization(1));
        Tensor s = device.zeros(Shape.of(3, 1));
        Tensor x = device.zeros(shape.inputShape(3));
        Conditioning conditioning = new Conditioning(device, s);
        Tape tape = Tape.forwardOnly(device)) {
      conditioning.coefficients(line);
      long before = device.bytesInUse();
      layer.forward(tape, Variable.constant("x", x), conditioning);
      long output = shape.outputShape(3).size() * Double.BYTES;
      assertThat(device.bytesInUse()).isEqualTo(before + output);
    }
  }

  @Test
  void parametersThatDoNotFitAreRefusedNamingBothShapes() {
    Linear linear = new Linear(3, 2, Activation.NONE);
    Convolution convolution = Convolution.same(1, 2, 4, 4, 3);
    try (Parameter weights = parameter("w", line, Shape.of(2, 3));
        Parameter bias = parameter("b", line, Shape.of(2));
        Parameter longer = parameter("longer", line, Shape.of(3))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ManifoldLinear("l", linear, weights, longer))
          .withMessageContaining("longer has shape 2x3, expected 2x2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ManifoldConv2d("c", convolution, weights, bias))
          .withMessageContaining("w has shape 2x2x3, expected 2x2x1x3x3");
    }
  }

  @Test
  void weightsAndBiasOnDifferentManifoldsAreRefused() {
    try (Parameter weights = parameter("w", line, Shape.of(2, 3));
        Parameter bias = parameter("b", WeightManifold.parse("rod"), Shape.of(2))) {
      Linear linear = new Linear(3, 2, Activation.NONE);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ManifoldLinear("l", linear, weights, bias))
          .withMessageContaining("line")
          .withMessageContaining("rod");
    }
  }

  @Test
  void parameterNeedsOneRowPerBasisPointAndAMetricOfThatSize() {
    try (Tensor three = device.zeros(Shape.of(3, 4));
        Tensor two = device.zeros(Shape.of(2, 4))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Parameter("w", line, three))
          .withMessageContaining("w has shape 3x4, expected 2 rows");
      WeightManifold ellipse = WeightManifold.parse("ellipse");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Parameter("w", line, ellipse.gram(), two))
          .withMessageContaining("metric is for 3");
    }
  }

  @Test
  void lossIsTheMeanOfTheExamplesLosses() {
    double[] logits = {0, 0, 0, 3};
    try (Tensor z = device.allocate(Shape.of(2, 2)).write(logits);
        Tensor labels = device.allocate(ElementType.INT32, Shape.of(2)).write(new int[] {0, 0});
        Tape tape = Tape.recording(device)) {
      SoftmaxCrossEntropy loss =
          SoftmaxCrossEntropy.of(tape, Variable.constant("logits", z), labels);
      double second = Math.log(1 + Math.exp(3));
      assertThat(loss.losses().toDoubles()[1]).isCloseTo(second, within(1e-12));
      assertThat(loss.mean()).isCloseTo((Math.log(2) + second) / 2, within(1e-12));
      assertThat(loss.correct().toBytes()).containsExactly(1, 0);
      assertThatIllegalStateException()
          .isThrownBy(loss::backward)
          .withMessageContaining("logits has no way back");
    }
  }
}
