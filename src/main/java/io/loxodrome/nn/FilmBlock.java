package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.NormalizationOperators;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * Feature-wise linear modulation of a convolution's channels by a side input c: y = (1 + g) x + b,
 * where g and b are linear in c and 0 at first.
 */
final class FilmBlock implements AutoCloseable {
  private final String name;
  private final ManifoldLinear gains;
  private final ManifoldLinear shifts;

  /**
   * A block with new parameters {@code name.gain.weight}, {@code name.gain.bias}, {@code
   * name.shift.weight} and {@code name.shift.bias}, all 0.
   *
   * @param sideInputs k, the extent of c
   */
  FilmBlock(
      Device device,
      String name,
      WeightManifold manifold,
      int sideInputs,
      int channels,
      Initialization initialization) {
    this.name = name;
    Linear linear = new Linear(sideInputs, channels, Activation.NONE);
    this.gains = zero(device, name + ".gain", manifold, linear, initialization);
    this.shifts = zero(device, name + ".shift", manifold, linear, initialization);
  }

  private static ManifoldLinear zero(
      Device device,
      String name,
      WeightManifold manifold,
      Linear linear,
      Initialization initialization) {
    return new ManifoldLinear(
        name,
        linear,
        initialization.bias(device, name + ".weight", manifold, linear.weightShape()),
        initialization.bias(device, name + ".bias", manifold, linear.biasShape()));
  }

  /**
   * Modulates.
   *
   * @param x B x channels x any
   * @param c B x k
   */
  Variable forward(Tape tape, Variable x, Variable c, Conditioning conditioning) {
    Variable gain = gains.forward(tape, c, conditioning);
    Variable shift = shifts.forward(tape, c, conditioning);
    NormalizationOperators operators = tape.operators().normalization();
    Tensor output = tape.allocate(x.value().shape());
    operators.modulate(x.value(), gain.value(), shift.value(), output);
    return tape.record(
        name,
        output,
        List.of(x, gain, shift),
        (outputGradient, targets) ->
            operators.modulateBackward(
                x.value(),
                gain.value(),
                outputGradient,
                targets.wanted(0),
                targets.at(1),
                targets.at(2)));
  }

  /** Those of g, then those of b. */
  List<Parameter> parameters() {
    return Stream.concat(gains.parameters().stream(), shifts.parameters().stream()).toList();
  }

  @Override
  public void close() {
    gains.close();
    shifts.close();
  }
}
