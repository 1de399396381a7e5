package io.loxodrome.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidualTest {
  private static final WeightManifold POINT = WeightManifold.parse("point");

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  /** A linear layer whose weights are these and whose bias is 0. */
  private ManifoldLinear linear(String name, int inputs, int outputs, double... weights) {
    Linear shape = new Linear(inputs, outputs, Activation.NONE);
    ManifoldLinear layer =
        ManifoldLinear.initialized(device, name, POINT, shape, new Initialization(1));
    layer.parameters().get(0).basis().write(weights);
    return layer;
  }

  private double[] output(Layer layer, double... x) {
    try (Tensor s = device.zeros(Shape.of(1, 1));
        Tensor input = device.allocate(Shape.of(1, x.length)).write(x);
        Conditioning conditioning = new Conditioning(device, s);
        Tape tape = Tape.forwardOnly(device)) {
      return layer.forward(tape, Variable.constant("x", input), conditioning).value().toDoubles();
    }
  }

  @Test
  void theSumIsOfBothWays() {
    try (Layer body = linear("body", 2, 2, 1, 0, 0, -10);
        Layer shortcut = linear("shortcut", 2, 2, 0, 1, 1, 0)) {
      assertThat(output(new Residual("sum", body, shortcut, Activation.NONE), 2, 3))
          .containsExactly(5, -28);
      assertThat(output(new Residual("sum", body, shortcut, Activation.RELU), 2, 3))
          .containsExactly(5, 0);
      assertThat(output(Residual.around("sum", body, Activation.NONE), 2, 3))
          .containsExactly(4, -27);
    }
  }

  @Test
  void parametersOfBothWaysEachOnce() {
    try (Layer body = linear("body", 1, 1, 1);
        Layer shortcut = linear("shortcut", 1, 1, 1)) {
      assertThat(new Residual("sum", body, shortcut, Activation.NONE).parameters())
          .extracting(Parameter::name)
          .containsExactly("body.weight", "body.bias", "shortcut.weight", "shortcut.bias");
      assertThat(new Residual("sum", body, body, Activation.NONE).parameters()).hasSize(2);
    }
  }

  @Test
  void costsAreOfBothWays() {
    try (Layer body = linear("body", 1, 1, 1);
        Layer shortcut = linear("shortcut", 1, 1, 1);
        Tensor s = device.zeros(Shape.of(1, 1));
        Conditioning conditioning = new Conditioning(device, s)) {
      List<String> names = new ArrayList<>();
      new Residual("sum", body, shortcut, Activation.NONE)
          .planCosts(device, conditioning, costs -> names.add(costs.name()));
      assertThat(names).containsExactly("body", "shortcut");
    }
  }

  @Test
  void waysThatEndInDifferentShapesAreRefused() {
    try (Layer body = linear("body", 2, 3, 1, 2, 3, 4, 5, 6)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> output(Residual.around("sum", body, Activation.NONE), 2, 3))
          .withMessage("sum's shortcut has shape 1x2, expected 1x3");
    }
  }
}
