package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** One batch of random examples to classify, for tests that need a loss. */
public final class Problem implements AutoCloseable {
  /** Of central differences. */
  private static final double STEP = 1e-5;

  private final Device device;
  private final Tensor inputs;
  private final Tensor places;
  private final Tensor labels;

  /** {@code batch} standard normal inputs of {@code shape}, uniform s in [0, 1)^dimensions. */
  public Problem(Device device, int batch, Shape shape, int dimensions, int classes) {
    this.device = device;
    this.inputs = device.allocate(shape.under(batch));
    this.places = device.allocate(Shape.of(batch, dimensions));
    this.labels = device.allocate(ElementType.INT32, Shape.of(batch));
    inputs.write(normals(1, (int) inputs.size()));
    places.write(uniforms(2, (int) places.size()));
    int[] classOf = new int[batch];
    for (int i = 0; i < batch; i++) {
      classOf[i] = i % classes;
    }
    labels.write(classOf);
  }

  /** Standard normal numbers, the same for the same stream. */
  public static double[] normals(long stream, int count) {
    Philox philox = new Philox(7);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = philox.normal(stream, i);
    }
    return values;
  }

  /** Uniform numbers in [0, 1), the same for the same stream. */
  public static double[] uniforms(long stream, int count) {
    Philox philox = new Philox(7);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = philox.uniform(stream, i);
    }
    return values;
  }

  public Tensor inputs() {
    return inputs;
  }

  /** s, B x d. */
  public Tensor places() {
    return places;
  }

  public Tensor labels() {
    return labels;
  }

  /** The mean loss of {@code network}. */
  public double loss(Layer network) {
    try (Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.forwardOnly(device)) {
      return loss(tape, network, conditioning).mean();
    }
  }

  /** The mean loss of {@code network}, leaving its gradient in the parameters. */
  public double backward(Layer network) {
    try (Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.recording(device)) {
      SoftmaxCrossEntropy loss = loss(tape, network, conditioning);
      double mean = loss.mean();
      loss.backward();
      return mean;
    }
  }

  /**
   * The central difference of the mean loss by one element of a parameter, which is as it was when
   * this returns; for a device that computes in double.
   */
  public double slope(Layer network, Parameter parameter, int element) {
    double[] basis = parameter.basis().toDoubles();
    double above = lossAt(network, parameter, basis, element, STEP);
    double below = lossAt(network, parameter, basis, element, -STEP);
    parameter.basis().write(basis);
    return (above - below) / (2 * STEP);
  }

  private double lossAt(
      Layer network, Parameter parameter, double[] basis, int element, double step) {
    double[] moved = basis.clone();
    moved[element] += step;
    parameter.basis().write(moved);
    return loss(network);
  }

  private SoftmaxCrossEntropy loss(Tape tape, Layer network, Conditioning conditioning) {
    Variable input = Variable.constant("images", inputs);
    return SoftmaxCrossEntropy.of(tape, network.forward(tape, input, conditioning), labels);
  }

  @Override
  public void close() {
    inputs.close();
    places.close();
    labels.close();
  }
}
