package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * Makes one row of each example: B x any to B x features, without a copy.
 *
 * @param name for messages
 */
public record Flatten(String name) implements Layer {
  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Shape shape = input.value().shape();
    Shape flat = Shape.of(shape.dimension(0), Math.toIntExact(shape.rowSize()));
    Tensor output = input.value().reshape(flat);
    return tape.record(
        name,
        output,
        List.of(input),
        (outputGradient, targets) ->
            tape.operators().elementwise().copy(outputGradient, targets.at(0)));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
