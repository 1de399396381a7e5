package io.loxodrome.train;

import io.loxodrome.tensor.Tensor;

/**
 * Some images on a device with their labels and where on the manifold each of them is.
 *
 * @param indices INT32, B: which image of the set each example is
 * @param labels INT32, B
 * @param values s, B x 1: each image's turn, and its conditioning value
 * @param images B x C x H x W, normalised
 */
public record ImageBatch(Tensor indices, Tensor labels, Tensor values, Tensor images)
    implements AutoCloseable {
  /** B. */
  public int size() {
    return images.shape().dimension(0);
  }

  /** Frees all of it; to be called after the tapes that used it were closed. */
  @Override
  public void close() {
    indices.close();
    labels.close();
    values.close();
    images.close();
  }
}
