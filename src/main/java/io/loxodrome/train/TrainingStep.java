package io.loxodrome.train;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Recording;
import io.loxodrome.ops.RepeatedCalls;
import io.loxodrome.optim.GrowingPenalty;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Pending;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step of training, over tensors that stay where they are, so that a device may record it.
 *
 * <p>Several networks' steps are not recorded: each example's coefficients are zero but for its own
 * network's, and a device that records may not look which. Nor are those of an optimiser that
 * observes forward passes: it computes on the host too.
 *
 * <p>The loss is on its way to the host while the device goes back through the network; it is
 * looked at before any parameter moves, and the device has work meanwhile.
 */
final class TrainingStep implements AutoCloseable {
  private static final int FORWARD = 0;
  private static final int BACKWARD = 1;
  private static final int UPDATE = 2;

  private final Device device;
  private final Layer network;
  private final Optimizer optimizer;
  private final @Nullable GrowingPenalty penalty;
  private final StoredImages images;
  private final ImageTask task;
  private final ImageBatch batch;
  private final Tensor losses;
  private final Recording recording;
  private @Nullable Pass pass;

  /** A forward pass, and what it was computed with. */
  private record Pass(
      Conditioning conditioning, Tape tape, Variable logits, SoftmaxCrossEntropy loss)
      implements AutoCloseable {
    @Override
    public void close() {
      tape.close();
      conditioning.close();
    }
  }

  TrainingStep(
      Device device,
      Layer network,
      Optimizer optimizer,
      double l2,
      StoredImages images,
      ImageTask task,
      int batchSize,
      int replicas) {
    this.device = device;
    this.network = network;
    this.optimizer = optimizer;
    this.penalty = l2 > 0 ? new GrowingPenalty(device, network.parameters(), l2) : null;
    this.images = images;
    this.task = task;
    this.batch = images.allocate(batchSize, replicas, task.dimensions());
    this.losses = device.allocate(Shape.of(batch.images().shape().dimension(0)));
    this.recording =
        isRecorded(optimizer, replicas) ? device.record(parts()) : new RepeatedCalls(parts());
  }

  private static boolean isRecorded(Optimizer optimizer, int replicas) {
    return replicas == 1 && !optimizer.observes();
  }

  private List<Runnable> parts() {
    return optimizer.movesAlike()
        ? List.of(this::forward, this::backward, optimizer::move)
        : List.of(this::forward, this::backward);
  }

  private Pass newPass() {
    Conditioning conditioning = batch.conditioning();
    Tape tape = Tape.recording(device);
    Variable x = Variable.constant("images", batch.images());
    Variable logits = network.forward(tape, x, conditioning);
    return new Pass(conditioning, tape, logits, loss(tape, logits));
  }

  private SoftmaxCrossEntropy loss(Tape tape, Variable logits) {
    return SoftmaxCrossEntropy.ofReplicas(tape, logits, batch.labels(), batch.replicas());
  }

  private void forward() {
    if (task.showsAlike()) {
      images.compute(batch);
    }
    pass = newPass();
    device.operators().elementwise().copy(pass.loss.losses(), losses);
  }

  private void backward() {
    Pass forward = Objects.requireNonNull(pass);
    optimizer.observe(forward.tape, forward.logits);
    forward.loss.backward();
    if (penalty != null) {
      penalty.addGradients();
    }
  }

  /**
   * Each network's mean loss of a batch, a penalty not counted; gradients are on their way when
   * this returns.
   */
  double[] losses(Showing showing) {
    images.choose(batch, showing);
    if (penalty != null) {
      penalty.place(showing.values);
    }
    if (!task.showsAlike()) {
      images.compute(batch);
    }
    recording.run(FORWARD);
    Pending<double[]> values = losses.toDoublesLater();
    recording.run(BACKWARD);
    for (Parameter parameter : network.parameters()) {
      parameter.variable().gradientWasRepeated();
    }
    return SoftmaxCrossEntropy.means(values.await(), batch.replicas());
  }

  /**
   * Moves the parameters along the last gradients.
   *
   * @throws ArithmeticException as {@link Optimizer#step} does
   */
  void update() {
    optimizer.begin();
    if (optimizer.movesAlike()) {
      recording.run(UPDATE);
    } else {
      optimizer.move();
    }
    closePass();
  }

  /**
   * Where the first value of the last batch is computed that is not finite: the parameters have not
   * moved since, so the same pass comes to it again.
   */
  String origin() {
    try (Pass again = newPass()) {
      return again.tape.firstNonFinite().map(Variable::origin).orElse("the loss itself");
    }
  }

  private void closePass() {
    if (pass != null) {
      pass.close();
      pass = null;
    }
  }

  @Override
  public void close() {
    recording.close();
    closePass();
    losses.close();
    batch.close();
    if (penalty != null) {
      penalty.close();
    }
  }
}
