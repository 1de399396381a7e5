package io.loxodrome.train;

import io.loxodrome.nn.Conditioning;
import io.loxodrome.tensor.Tensor;

/**
 * Some images on a device with their labels and where on the manifold each of them is.
 *
 * @param images B x C x H x W, normalised
 * @param labels INT32, B
 * @param values s, B x 1
 * @param conditioning over those values
 */
public record ImageBatch(Tensor images, Tensor labels, Tensor values, Conditioning conditioning)
    implements AutoCloseable {
  /** B. */
  public int size() {
    return images.shape().dimension(0);
  }

  /** Frees all of it; to be called after the tapes that used it were closed. */
  @Override
  public void close() {
    conditioning.close();
    values.close();
    labels.close();
    images.close();
  }
}
