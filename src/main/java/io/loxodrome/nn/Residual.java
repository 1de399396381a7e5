package io.loxodrome.nn;

import io.loxodrome.autograd.GradientTargets;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Two ways from an input to one output: y = act(body(x) + shortcut(x)).
 *
 * @param name for messages
 * @param body the longer way
 * @param shortcut the shorter one, whose output has the body's shape; an empty {@link Sequential}
 *     hands x on
 * @param activation of the sum
 */
public record Residual(String name, Layer body, Layer shortcut, Activation activation)
    implements Layer {
  /** A block whose shortcut is x itself: y = act(body(x) + x). */
  public static Residual around(String name, Layer body, Activation activation) {
    return new Residual(name, body, Sequential.of(), activation);
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Variable through = body.forward(tape, input, conditioning);
    Variable around = shortcut.forward(tape, input, conditioning);
    Shapes.require(name + "'s shortcut", around.value(), through.value().shape());
    ElementwiseOperators operators = tape.operators().elementwise();
    Tensor output = tape.allocate(through.value().shape());
    operators.copy(through.value(), output);
    operators.addScaled(output, 1, around.value());
    switch (activation) {
      case NONE -> {}
      case RELU -> operators.relu(output, output);
    }
    return tape.record(
        name,
        output,
        List.of(through, around),
        (outputGradient, targets) -> backward(operators, output, outputGradient, targets));
  }

  /** Both ways get the sum's gradient. */
  private void backward(
      ElementwiseOperators operators,
      Tensor output,
      Tensor outputGradient,
      GradientTargets targets) {
    Tensor gradient = targets.at(0);
    switch (activation) {
      case NONE -> operators.copy(outputGradient, gradient);
      case RELU -> operators.reluBackward(output, outputGradient, gradient);
    }
    Tensor other = targets.wanted(1);
    if (other != null) {
      operators.copy(gradient, other);
    }
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    body.planCosts(device, conditioning, heard);
    shortcut.planCosts(device, conditioning, heard);
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(body, shortcut)
        .flatMap(layer -> layer.parameters().stream())
        .distinct()
        .toList();
  }
}
