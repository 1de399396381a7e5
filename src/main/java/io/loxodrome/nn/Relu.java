package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * The rectifier max(0, x) on its own; behind a linear layer or a convolution it is cheaper as their
 * activation.
 *
 * @param name for messages
 */
public record Relu(String name) implements Layer {
  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    ElementwiseOperators operators = tape.operators().elementwise();
    Tensor output = tape.allocate(input.value().shape());
    operators.relu(input.value(), output);
    return tape.record(
        name,
        output,
        List.of(input),
        (outputGradient, targets) -> operators.reluBackward(output, outputGradient, targets.at(0)));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
