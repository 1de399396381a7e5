package io.loxodrome.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.GradientCollector;
import io.loxodrome.nn.Parameter;
import io.loxodrome.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The peer's step: the network of {@link io.loxodrome.nn.PaperCnn} in libtorch's own operators,
 * coefficients given, and momentum SGD in the manifold's metric, which {@linkplain WhitenedManifold
 * whitened} basis points have for nothing.
 *
 * <p>Gradients add up from one backward pass to the next, so the gradient's memory itself serves as
 * the velocity. Back goes -eta L instead of L, hence after a pass it holds v = m v - eta g; then w
 * = w + v, and v = m v for the next pass. Nothing has to be zeroed, and the traffic is that of
 * libtorch's C++ optimiser. Of the ways DJL has this is the fastest: for a million weights on two
 * cores 0.3 ms, where in-place operators on a velocity of its own take 0.7 ms and {@code
 * Optimizer.sgd()} with the zeroing 1.1 ms.
 */
final class LibtorchCnn implements Step {
  private static final Shape POOL = new Shape(2, 2);
  private static final Shape UNPADDED = new Shape(0, 0);
  private static final int CONVOLUTIONS = 3;

  private record Layer(LibtorchProduct product, LibtorchPlan plan, NDArray weights, NDArray bias) {
    NDArray apply(NDArray coefficients, NDArray x) {
      return plan.apply(product, coefficients, x, weights, bias);
    }
  }

  private final Engine engine;
  private final NDManager manager;
  private final WhitenedManifold manifold;
  private final List<Layer> convolutions = new ArrayList<>();
  private final Layer hidden;
  private final Layer output;
  private final NDArray coefficients;
  private final NDArray images;
  private final NDArray targets;
  private final int batch;
  private final double learningRate;
  private final float momentum;

  /**
   * A network with the values of one of Loxodrome's.
   *
   * @param initial weight and bias of each layer in the order of use, on the peer's manifold
   */
  LibtorchCnn(Engine engine, LibtorchPeer peer, Batch batch, List<Parameter> initial) {
    Sgd.Settings settings = PaperCnnStep.settings(peer.manifold());
    this.engine = engine;
    this.manager = engine.newBaseManager(Device.cpu());
    this.manifold = new WhitenedManifold(peer.manifold());
    this.batch = batch.size();
    this.learningRate = settings.learningRate();
    this.momentum = (float) settings.momentum();
    Iterator<Parameter> parameters = initial.iterator();
    for (int i = 0; i < CONVOLUTIONS; i++) {
      convolutions.add(layer(LibtorchProduct.CONVOLUTION, peer.convolution(), parameters));
    }
    this.hidden = layer(LibtorchProduct.LINEAR, peer.linear(), parameters);
    this.output = layer(LibtorchProduct.LINEAR, peer.linear(), parameters);
    this.coefficients = manager.create(manifold.coefficients(batch));
    this.images = manager.create(batch.images(), new Shape(longs(batch.shape().toArray())));
    this.targets = manager.create(batch.labels()).oneHot(Batch.CLASSES);
  }

  private Layer layer(LibtorchProduct product, LibtorchPlan plan, Iterator<Parameter> parameters) {
    NDArray weights = plan.weights(basis(parameters.next()));
    NDArray bias = plan.bias(basis(parameters.next()));
    return new Layer(product, plan, trained(weights), trained(bias));
  }

  private NDArray basis(Parameter parameter) {
    Shape shape = new Shape(longs(parameter.basis().shape().toArray()));
    return manager.create(manifold.basis(parameter), shape);
  }

  private static NDArray trained(NDArray values) {
    NDArray trained = values.duplicate();
    trained.setRequiresGradient(true);
    return trained;
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
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
    for (Layer convolution : convolutions) {
      NDArray y = Activation.relu(convolution.apply(coefficients, x));
      x = Pool.maxPool2d(y, POOL, POOL, UNPADDED, false);
    }
    x = Activation.relu(hidden.apply(coefficients, x.reshape(batch, -1)));
    return output.apply(coefficients, x);
  }

  /** The mean softmax cross-entropy, - sum_ij target_ij log softmax(z_i)_j / B. */
  private NDArray loss(NDArray logits) {
    return logits.logSoftmax(1).mul(targets).sum().div(-batch);
  }

  private void update() {
    convolutions.forEach(this::update);
    update(hidden);
    update(output);
  }

  private void update(Layer layer) {
    update(layer.weights);
    update(layer.bias);
  }

  private void update(NDArray parameter) {
    NDArray velocity = parameter.getGradient();
    parameter.addi(velocity);
    velocity.muli(momentum);
  }

  @Override
  public void close() {
    manager.close();
  }
}
