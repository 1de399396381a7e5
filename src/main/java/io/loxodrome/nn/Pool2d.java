package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.PoolingOperators;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * Max or average pooling on its own; max pooling behind a convolution is cheaper as its last part.
 *
 * @param name for messages
 * @param pooling the kind, the image and the window
 */
public record Pool2d(String name, Pooling pooling) implements Layer {
  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    PoolingOperators operators = tape.operators().pooling();
    Tensor output = tape.allocate(pooling.outputShape(conditioning.batch()));
    operators.forward(pooling, input.value(), output);
    return tape.record(
        name,
        output,
        List.of(input),
        (outputGradient, targets) ->
            operators.backward(pooling, input.value(), outputGradient, targets.at(0)));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
