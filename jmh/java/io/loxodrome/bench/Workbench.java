package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Operators;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A device with the tensors an operator is timed on, all freed together. */
final class Workbench implements AutoCloseable {
  private static final int BLOCK = 4;

  private final Device device;
  private final Philox random = new Philox(1);
  private final List<Tensor> tensors = new ArrayList<>();

  Workbench(String device) {
    this.device = Device.open(device);
  }

  Operators operators() {
    return device.operators();
  }

  /** Takes over a tensor. */
  Tensor own(Tensor tensor) {
    tensors.add(tensor);
    return tensor;
  }

  /** A tensor to be written. */
  Tensor empty(Shape shape) {
    return own(device.allocate(shape));
  }

  /** Standard normal numbers, other ones in each tensor. */
  Tensor normal(Shape shape) {
    int size = Math.toIntExact(shape.size());
    float[] values = new float[(size + BLOCK - 1) / BLOCK * BLOCK];
    for (int first = 0; first < size; first += BLOCK) {
      random.normals(tensors.size(), first, values, first);
    }
    return empty(shape).write(Arrays.copyOf(values, size));
  }

  /** Conditioning values, uniform in [0, 1). */
  Tensor places(WeightManifold manifold, int batch) {
    double[] places = new double[batch * manifold.dimensions()];
    for (int i = 0; i < places.length; i++) {
      places[i] = random.uniform(tensors.size(), i);
    }
    return empty(Shape.of(batch, manifold.dimensions())).write(places);
  }

  /** A layer's random parameters, seen from random places. */
  Mixture mixture(WeightManifold manifold, int batch, Shape weights, Shape bias) {
    int n = manifold.basisSize();
    Tensor coefficients = empty(Shape.of(batch, n));
    operators().mixing().coefficients(manifold, places(manifold, batch), coefficients);
    return new Mixture(coefficients, normal(weights.under(n)), normal(bias.under(n)));
  }

  /** Where the gradients of such parameters go. */
  MixtureGradients gradients(Mixture mixture) {
    return new MixtureGradients(empty(mixture.weights().shape()), empty(mixture.bias().shape()));
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::close);
    device.close();
  }
}
