package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * A layer's parameters as if every example of a batch had a basis point of its own, a = I: what
 * goes back to them is each example's own gradient.
 *
 * <p>For backward passes that nobody needs the input's gradient of: what the basis points are does
 * not matter to theirs, so none are made.
 */
public final class OwnPoints implements AutoCloseable {
  private final Tensor identity;
  private final MixtureGradients rows;

  /**
   * Own points for each row.
   *
   * @param rows where each example's gradients will go, B x the layer's shapes
   */
  public OwnPoints(Device device, MixtureGradients rows) {
    int batch = rows.weights().shape().dimension(0);
    float[] values = new float[Math.multiplyExact(batch, batch)];
    for (int i = 0; i < batch; i++) {
      values[i * batch + i] = 1;
    }
    this.identity = device.allocate(Shape.of(batch, batch)).write(values);
    this.rows = rows;
  }

  /** The parameters; their basis points are not to be looked at. */
  public Mixture mixture() {
    return new Mixture(identity, rows.weights(), rows.bias());
  }

  /** Frees the coefficients; the second call does nothing. */
  @Override
  public void close() {
    identity.close();
  }
}
