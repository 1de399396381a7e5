package io.loxodrome.nn;

import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where on its manifold each example of a batch is: the values s, and the coefficients a(s) of
 * every manifold that asked for them, computed once.
 *
 * <p>Where several networks are trained at once, it also knows which one each example is for.
 * {@link Replicas} get their coefficients by that and s, any other manifold by s alone.
 *
 * <p>To be closed after the tapes that used it.
 */
public final class Conditioning implements AutoCloseable {
  private final Device device;
  private final Tensor values;
  private final @Nullable ReplicaPlaces places;
  private final Map<WeightManifold, Tensor> coefficients = new HashMap<>();

  /**
   * The conditioning of one batch.
   *
   * @param values s, B x d, each in [0, 1]; the caller keeps the tensor and must not change it
   *     meanwhile
   * @throws IllegalArgumentException if the tensor does not have two extents
   */
  public Conditioning(Device device, Tensor values) {
    this(device, values, null);
  }

  /**
   * The conditioning of one batch for several networks.
   *
   * @param places of its examples; the caller keeps them and must not change them meanwhile
   */
  public Conditioning(Device device, ReplicaPlaces places) {
    this(device, places.values(), places);
  }

  private Conditioning(Device device, Tensor values, @Nullable ReplicaPlaces places) {
    Shapes.requireRank("conditioning values", values, 2);
    this.device = device;
    this.values = values;
    this.places = places;
  }

  /** B, all networks' examples counted. */
  public int batch() {
    return values.shape().dimension(0);
  }

  /**
   * The coefficients a(s) of {@code manifold}, B x n. A manifold without dimensions (a point), or
   * replicas of one, takes its place in any conditioning.
   *
   * @throws IllegalArgumentException if the manifold has another number of dimensions or of
   *     replicas, or a value is NaN or out of range
   */
  public Tensor coefficients(WeightManifold manifold) {
    return coefficients.computeIfAbsent(manifold, this::compute);
  }

  private Tensor compute(WeightManifold manifold) {
    Tensor computed = device.allocate(Shape.of(batch(), manifold.basisSize()));
    try {
      compute(manifold, computed);
      return computed;
    } catch (RuntimeException e) {
      computed.close();
      throw e;
    }
  }

  private void compute(WeightManifold manifold, Tensor computed) {
    if (manifold instanceof Replicas replicas) {
      Tensor s = places(replicas).of(replicas);
      device.operators().mixing().coefficients(manifold, s, computed);
    } else if (manifold.dimensions() == 0) {
      computeWithoutValues(manifold, computed);
    } else {
      device.operators().mixing().coefficients(manifold, values, computed);
    }
  }

  private ReplicaPlaces places(Replicas manifold) {
    if (places == null || places.count() != manifold.count()) {
      throw new IllegalArgumentException(
          "a layer on %s in a batch for %s"
              .formatted(
                  manifold.spec(),
                  places == null ? "one network alone" : places.count() + " replicas"));
    }
    return places;
  }

  private void computeWithoutValues(WeightManifold manifold, Tensor computed) {
    try (Tensor none = device.allocate(Shape.of(batch(), 0))) {
      device.operators().mixing().coefficients(manifold, none, computed);
    }
  }

  /** Frees the coefficients; the second call does nothing. */
  @Override
  public void close() {
    coefficients.values().forEach(Tensor::close);
  }
}
