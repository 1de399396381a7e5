package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** The tensors of one computation on one device: inputs that must stay, outputs poisoned. */
final class Bench implements AutoCloseable {
  static final byte POISON = 0x5A;

  private final Device device;
  private final DoubleUnaryOperator operand;
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Runnable> untouched = new ArrayList<>();

  Bench(Device device) {
    this(device, DoubleUnaryOperator.identity());
  }

  private Bench(Device device, DoubleUnaryOperator operand) {
    this.device = device;
    this.operand = operand;
  }

  /** A bench on which every real operand is the magnitude of what it is told to be. */
  static Bench ofMagnitudes(Device device) {
    return new Bench(device, Math::abs);
  }

  Device device() {
    return device;
  }

  Operators operators() {
    return device.operators();
  }

  /** Closes {@code tensor} with this bench. */
  Tensor keep(Tensor tensor) {
    tensors.add(tensor);
    return tensor;
  }

  /** Real numbers that the computation must leave as they are. */
  Tensor input(Shape shape, double[] values) {
    Tensor tensor = updated(shape, values);
    untouched.add(() -> assertThat(tensor.toDoubles()).isEqualTo(values));
    return tensor;
  }

  /** Real numbers that the computation may change. */
  Tensor updated(Shape shape, double[] values) {
    return keep(device.allocate(shape)).write(Arrays.stream(values).map(operand).toArray());
  }

  /** Integers that the computation must leave as they are. */
  Tensor indices(int... values) {
    Tensor tensor = keep(device.allocate(ElementType.INT32, Shape.of(values.length))).write(values);
    untouched.add(() -> assertThat(tensor.toInts()).isEqualTo(values));
    return tensor;
  }

  /** Bytes that the computation must leave as they are. */
  Tensor bytes(Shape shape, byte[] values) {
    Tensor tensor = keep(device.allocate(ElementType.UINT8, shape)).write(values);
    untouched.add(() -> assertThat(tensor.toBytes()).isEqualTo(values));
    return tensor;
  }

  /** NaN everywhere, until it is written. */
  Tensor output(Shape shape) {
    double[] poison = new double[(int) shape.size()];
    Arrays.fill(poison, Double.NaN);
    return updated(shape, poison);
  }

  /** {@link #POISON} everywhere, until it is written. */
  Tensor byteOutput(Shape shape) {
    byte[] poison = new byte[(int) shape.size()];
    Arrays.fill(poison, POISON);
    return keep(device.allocate(ElementType.UINT8, shape)).write(poison);
  }

  void requireInputsUntouched() {
    untouched.forEach(Runnable::run);
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::close);
  }
}
