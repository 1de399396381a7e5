package io.loxodrome.bench;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * Loxodrome's step: {@link PaperCnn} on a manifold with momentum SGD in its metric, coefficients
 * a(s) computed anew each time.
 *
 * <p>The images are on the device from the start, the loss comes back to the host, as a training
 * loop needs it there.
 */
final class PaperCnnStep implements Step {
  private static final int SEED = 1;

  private final Device device;
  private final PaperCnn network;
  private final Optimizer optimizer;
  private final Tensor images;
  private final Tensor labels;
  private final Tensor places;
  private final Tensor losses;

  PaperCnnStep(Device device, WeightManifold manifold, Batch batch) {
    this(device, manifold, batch, parameters -> new Sgd(device, parameters, settings(manifold)));
  }

  /** The same with another optimiser. */
  PaperCnnStep(
      Device device,
      WeightManifold manifold,
      Batch batch,
      Function<List<Parameter>, Optimizer> optimizer) {
    this.device = device;
    this.network =
        PaperCnn.initialized(
            device, manifold, Batch.IMAGE, Batch.CLASSES, new Initialization(SEED));
    this.optimizer = optimizer.apply(network.parameters());
    this.images = device.allocate(batch.shape()).write(batch.images());
    this.labels = device.allocate(ElementType.INT32, Shape.of(batch.size())).write(batch.labels());
    this.places =
        device
            .allocate(Shape.of(batch.size(), manifold.dimensions()))
            .write(batch.places(manifold.dimensions()));
    this.losses = device.allocate(Shape.of(batch.size()));
  }

  /** The paper's, slowed down to what even the fastest place on the manifold bears for long. */
  static Sgd.Settings settings(WeightManifold manifold) {
    Sgd.Settings paper = Sgd.Settings.defaults();
    return paper.withLearningRate(paper.learningRate() / manifold.supremum());
  }

  /** The parameters it trains, for a peer that is to start from the same values. */
  List<Parameter> parameters() {
    return network.parameters();
  }

  @Override
  public double run() {
    try (Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.recording(device)) {
      Variable logits = logits(tape, conditioning);
      SoftmaxCrossEntropy loss = SoftmaxCrossEntropy.of(tape, logits, labels);
      double mean = loss.mean();
      optimizer.observe(tape, logits);
      loss.backward();
      optimizer.step();
      return mean;
    }
  }

  private Variable logits(Tape tape, Conditioning conditioning) {
    return network.forward(tape, Variable.constant("images", images), conditioning);
  }

  private SoftmaxCrossEntropy loss(Tape tape, Conditioning conditioning) {
    return SoftmaxCrossEntropy.of(tape, logits(tape, conditioning), labels);
  }

  /** Bytes of one copy of the basis points. */
  long parameterBytes() {
    return parameters().stream()
        .mapToLong(parameter -> parameter.basis().size() * parameter.basis().type().bytes())
        .sum();
  }

  /** Bytes that a forward pass leaves for the way back, coefficients and losses included. */
  long activationBytes() {
    long before = device.bytesInUse();
    try (Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.recording(device)) {
      loss(tape, conditioning);
      return device.bytesInUse() - before;
    }
  }

  /** Takes the same step, but leaves the loss on the device, so that nothing waits for it. */
  void runAhead() {
    try (Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.recording(device)) {
      SoftmaxCrossEntropy loss = loss(tape, conditioning);
      device.operators().elementwise().copy(loss.losses(), losses);
      loss.backward();
      optimizer.step();
    }
  }

  /** Waits for all steps and returns the mean loss of the last {@link #runAhead}. */
  double lastLoss() {
    return SoftmaxCrossEntropy.mean(losses.toDoubles());
  }

  @Override
  public void close() {
    losses.close();
    places.close();
    labels.close();
    images.close();
    optimizer.close();
    network.close();
  }
}
