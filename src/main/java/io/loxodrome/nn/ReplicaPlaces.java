package io.loxodrome.nn;

import io.loxodrome.manifold.Replicas;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/**
 * Which of R networks each example of a batch is for, and where on its manifold it is: replica
 * after replica, each with the same B examples.
 *
 * <p>The tensors stay where they are, so that work on them may be recorded.
 */
public final class ReplicaPlaces implements AutoCloseable {
  private final int count;
  private final int batch;
  private final int dimensions;
  private final Tensor replicas;
  private final Tensor values;
  private final Tensor places;

  /**
   * Room for the values of a batch, undefined until they are {@linkplain #write written}.
   *
   * @param count R, at least 1
   * @param batch B, the examples of each network
   * @param dimensions d, the conditioning values of an example
   */
  public ReplicaPlaces(Device device, int count, int batch, int dimensions) {
    this.count = count;
    this.batch = batch;
    this.dimensions = dimensions;
    int rows = Math.multiplyExact(count, batch);
    this.replicas = device.allocate(Shape.of(rows, 1));
    this.values = device.allocate(Shape.of(rows, dimensions));
    this.places = device.allocate(Shape.of(rows, 1 + dimensions));
    double[] first = new double[rows];
    for (int i = 0; i < rows; i++) {
      first[i] = first(i);
    }
    replicas.write(first);
  }

  /** (r + 1/2) / R for the row's replica r, as {@link Replicas#place} has it. */
  private double first(int row) {
    int replica = row / batch;
    return (replica + 0.5) / count;
  }

  /**
   * Writes the values of one network's examples, which all networks share.
   *
   * @param s B x d, row-major
   * @throws IllegalArgumentException if there are not B d of them
   */
  public void write(double[] s) {
    if (s.length != batch * dimensions) {
      throw new IllegalArgumentException(
          "%d conditioning values for %d examples with %d each, expected their product"
              .formatted(s.length, batch, dimensions));
    }
    int rows = count * batch;
    double[] repeated = new double[rows * dimensions];
    double[] prefixed = new double[rows * (1 + dimensions)];
    for (int i = 0; i < rows; i++) {
      int from = i % batch * dimensions;
      System.arraycopy(s, from, repeated, i * dimensions, dimensions);
      prefixed[i * (1 + dimensions)] = first(i);
      System.arraycopy(s, from, prefixed, i * (1 + dimensions) + 1, dimensions);
    }
    values.write(repeated);
    places.write(prefixed);
  }

  /** R. */
  public int count() {
    return count;
  }

  /** s of every example, R B x d. */
  public Tensor values() {
    return values;
  }

  /** What replicas are conditioned on: which of them alone if that is all they take. */
  Tensor of(Replicas manifold) {
    return manifold.dimensions() == 1 ? replicas : places;
  }

  @Override
  public void close() {
    replicas.close();
    values.close();
    places.close();
  }
}
