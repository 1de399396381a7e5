package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/** The conditioning values themselves in one of their encodings; nothing of it is learnt. */
final class EncodedSide implements SideInput {
  private static final WeightManifold POINT = WeightManifold.parse("point");

  private final WeightManifold manifold;
  private final Linear selection;
  private final Tensor matrix;
  private final Tensor noBias;

  /** An encoding of so many values. */
  EncodedSide(Device device, SideEncoding encoding, int values) {
    this.manifold = encoding.manifold(values);
    int size = values * encoding.size();
    this.selection = new Linear(manifold.basisSize(), size, Activation.NONE);
    this.matrix =
        device.allocate(selection.weightShape().under(1)).write(encoding.selection(values));
    this.noBias = device.zeros(Shape.of(1, size));
  }

  @Override
  public Variable forward(Tape tape, Conditioning conditioning) {
    Tensor output = tape.allocate(selection.outputShape(conditioning.batch()));
    Mixture constants = new Mixture(conditioning.coefficients(POINT), matrix, noBias);
    Tensor coefficients = conditioning.coefficients(manifold);
    tape.operators().linear().forward(selection, constants, coefficients, output);
    return Variable.constant("conditioning values", output);
  }

  @Override
  public int size() {
    return selection.outputs();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public void close() {
    matrix.close();
    noBias.close();
  }
}
