package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Operators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A device with the tensors an operator is timed on, all freed together. */
final class Workbench implements AutoCloseable {
  private static final int BLOCK = 4;

  /** Odd, so that its multiples are all bytes in turn. */
  private static final int BYTE_STEP = 37;

  private final Device device;
  private final Philox random = new Philox(1);
  private final List<Tensor> tensors = new ArrayList<>();
  private final Tensor probe;

  Workbench(String device) {
    this.device = Device.open(device);
    this.probe = zeros(Shape.of(1));
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
    return empty(device.realType(), shape);
  }

  /** A tensor to be written. */
  Tensor empty(ElementType type, Shape shape) {
    return own(device.allocate(type, shape));
  }

  /** Zeros. */
  Tensor zeros(Shape shape) {
    return own(device.zeros(shape));
  }

  /** Ones. */
  Tensor ones(Shape shape) {
    return own(device.filled(shape, 1));
  }

  /** The numbers 0, 1, ..., as indices. */
  Tensor numbers(int count) {
    return empty(ElementType.INT32, Shape.of(count)).write(IntStream.range(0, count).toArray());
  }

  /** Bytes of all values. */
  Tensor bytes(Shape shape) {
    byte[] bytes = new byte[Math.toIntExact(shape.size())];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (BYTE_STEP * i);
    }
    return empty(ElementType.UINT8, shape).write(bytes);
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

  /** Numbers uniform in [0, 1), other ones in each tensor. */
  Tensor uniform(Shape shape) {
    double[] values = new double[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.uniform(tensors.size(), i);
    }
    return empty(shape).write(values);
  }

  /** Conditioning values. */
  Tensor places(WeightManifold manifold, int batch) {
    return uniform(Shape.of(batch, manifold.dimensions()));
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

  /** Returns when the device has done all it was asked to: a value can be read only then. */
  void await() {
    probe.toFloats();
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::close);
    device.close();
  }
}
