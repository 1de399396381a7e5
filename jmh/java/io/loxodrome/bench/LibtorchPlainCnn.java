package io.loxodrome.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.GradientCollector;
import io.loxodrome.nn.Parameter;
import io.loxodrome.optim.Sgd;
import java.util.ArrayList;
import java.util.List;

/**
 * The peer's step: the network of {@link io.loxodrome.nn.PaperCnn} with one plain set of weights,
 * unconditioned, and momentum SGD, in libtorch's own operators.
 *
 * <p>Gradients add up from one backward pass to the next, so the gradient's memory itself serves as
 * the velocity. Back goes -eta L instead of L, hence after a pass it holds v = m v - eta g; then w
 * = w + v, and v = m v for the next pass. Nothing has to be zeroed, and the traffic is that of
 * libtorch's C++ optimiser. Of the ways DJL has this is the fastest: for a million weights on two
 * cores 0.3 ms, where in-place operators on a velocity of its own take 0.7 ms and {@code
 * Optimizer.sgd()} with the zeroing 1.1 ms.
 */
final class LibtorchPlainCnn implements Step {
  private static final Shape PADDING = new Shape(1, 1);
  private static final Shape UNIT = new Shape(1, 1);
  private static final Shape POOL = new Shape(2, 2);
  private static final Shape UNPADDED = new Shape(0, 0);
  private static final int CONVOLUTIONS = 3;

  private final Engine engine;
  private final NDManager manager;
  private final List<NDArray> parameters = new ArrayList<>();
  private final NDArray images;
  private final NDArray targets;
  private final int batch;
  private final double learningRate;
  private final float momentum;

  /**
   * A network with the values of a point network's parameters.
   *
   * @param initial weight and bias of each layer in the order of use, on the point manifold
   * @param settings whose learning rate and momentum are taken
   */
  LibtorchPlainCnn(Engine engine, Batch batch, List<Parameter> initial, Sgd.Settings settings) {
    this.engine = engine;
    this.manager = engine.newBaseManager(Device.cpu());
    this.batch = batch.size();
    this.learningRate = settings.learningRate();
    this.momentum = (float) settings.momentum();
    for (Parameter parameter : initial) {
      NDArray array = manager.create(parameter.basis().toFloats(), plainShape(parameter));
      array.setRequiresGradient(true);
      parameters.add(array);
    }
    this.images = manager.create(batch.images(), new Shape(longs(batch.shape().toArray(), 0)));
    this.targets = manager.create(batch.labels()).oneHot(Batch.CLASSES);
  }

  /** The shape of the one basis point. */
  private static Shape plainShape(Parameter parameter) {
    if (parameter.manifold().basisSize() != 1) {
      throw new IllegalArgumentException(parameter + " is not a plain parameter, n must be 1");
    }
    return new Shape(longs(parameter.basis().shape().toArray(), 1));
  }

  private static long[] longs(int[] values, int from) {
    long[] longs = new long[values.length - from];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = values[from + i];
    }
    return longs;
  }

  @Override
  public double run() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray loss = backward();
      update();
      return loss.getFloat();
    }
  }

  private NDArray backward() {
    try (GradientCollector collector = engine.newGradientCollector()) {
      NDArray loss = loss(logits());
      collector.backward(loss.mul(-learningRate));
      return loss;
    }
  }

  private NDArray logits() {
    NDArray x = images;
    int next = 0;
    for (int i = 0; i < CONVOLUTIONS; i++) {
      NDArray weight = parameters.get(next++);
      NDArray bias = parameters.get(next++);
      x = Conv2d.conv2d(x, weight, bias, UNIT, PADDING).singletonOrThrow();
      x = Pool.maxPool2d(Activation.relu(x), POOL, POOL, UNPADDED, false);
    }
    x = x.reshape(batch, -1);
    x = Linear.linear(x, parameters.get(next++), parameters.get(next++)).singletonOrThrow();
    x = Activation.relu(x);
    return Linear.linear(x, parameters.get(next++), parameters.get(next)).singletonOrThrow();
  }

  /** The mean softmax cross-entropy, - sum_ij target_ij log softmax(z_i)_j / B. */
  private NDArray loss(NDArray logits) {
    return logits.logSoftmax(1).mul(targets).sum().div(-batch);
  }

  private void update() {
    for (NDArray parameter : parameters) {
      NDArray velocity = parameter.getGradient();
      parameter.addi(velocity);
      velocity.muli(momentum);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
