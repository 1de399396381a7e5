package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import java.util.List;

/** A learnt embedding of the conditioning values: encoding, 32 outputs, ReLU. */
final class EmbeddedSide implements SideInput {
  private static final int SIZE = 32;

  private final EncodedSide encoded;
  private final ManifoldLinear layer;

  /** An embedding with new parameters, {@code embed.weight} and {@code embed.bias}. */
  EmbeddedSide(
      Device device,
      SideEncoding encoding,
      int values,
      WeightManifold manifold,
      Initialization initialization) {
    this.encoded = new EncodedSide(device, encoding, values);
    Linear linear = new Linear(encoded.size(), SIZE, Activation.RELU);
    this.layer = ManifoldLinear.initialized(device, "embed", manifold, linear, initialization);
  }

  @Override
  public Variable forward(Tape tape, Conditioning conditioning) {
    return layer.forward(tape, encoded.forward(tape, conditioning), conditioning);
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public List<Parameter> parameters() {
    return layer.parameters();
  }

  @Override
  public void close() {
    encoded.close();
    layer.close();
  }
}
