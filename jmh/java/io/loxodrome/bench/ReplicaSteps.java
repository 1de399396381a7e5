package io.loxodrome.bench;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.nn.ReplicaPlaces;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Normalization;
import io.loxodrome.optim.Sgd;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A training step of several networks at once, as {@link io.loxodrome.train.ReplicaRun} takes it:
 * images are turned once for all networks, which differ in their seeds alone.
 */
final class ReplicaSteps implements Step {
  private static final Shape IMAGE = Shape.of(1, 28, 28);
  private static final int CLASSES = 10;
  private static final int BATCH = 128;
  private static final int ANGLES = 36;

  private final Device device;
  private final int count;
  private final PaperCnn networks;
  private final Sgd optimizer;
  private final Tensor stored;
  private final Tensor indices;
  private final Tensor turns;
  private final Tensor shrinks;
  private final Tensor shown;
  private final Tensor images;
  private final Tensor labels;
  private final ReplicaPlaces places;

  ReplicaSteps(Device device, WeightManifold each, int count) {
    this.device = device;
    this.count = count;
    Replicas manifold = new Replicas(count, each);
    List<Long> seeds = LongStream.range(0, count).boxed().toList();
    this.networks =
        PaperCnn.initialized(device, manifold, IMAGE, CLASSES, new Initialization(seeds));
    this.optimizer = new Sgd(device, networks.parameters(), PaperCnnStep.settings(each));
    this.stored = device.allocate(ElementType.UINT8, IMAGE.under(BATCH)).write(pixels());
    this.indices = device.allocate(ElementType.INT32, Shape.of(BATCH)).write(range(BATCH));
    this.turns = device.allocate(Shape.of(BATCH)).write(angles());
    this.shrinks = device.filled(Shape.of(BATCH), 1);
    this.shown = device.allocate(IMAGE.under(BATCH));
    this.images = device.allocate(IMAGE.under(count * BATCH));
    this.labels = device.allocate(ElementType.INT32, Shape.of(count * BATCH)).write(classes());
    this.places = new ReplicaPlaces(device, count, BATCH, 1);
    places.write(angles());
  }

  /** Class c lights the rows from 2 c to 2 c + 7, under noise. */
  private static byte[] pixels() {
    Philox random = new Philox(1);
    int side = IMAGE.dimension(1);
    byte[] pixels = new byte[Math.toIntExact(BATCH * IMAGE.size())];
    for (int i = 0; i < pixels.length; i++) {
      int row = i / side % side - 2 * (i / (side * side) % CLASSES);
      pixels[i] = (byte) (random.below(0, i, 100) + (row >= 0 && row < 8 ? 150 : 0));
    }
    return pixels;
  }

  private static int[] range(int count) {
    int[] range = new int[count];
    for (int i = 0; i < count; i++) {
      range[i] = i;
    }
    return range;
  }

  private static double[] angles() {
    Philox random = new Philox(2);
    double[] angles = new double[BATCH];
    for (int i = 0; i < BATCH; i++) {
      angles[i] = random.below(0, i, ANGLES) / (double) ANGLES;
    }
    return angles;
  }

  private int[] classes() {
    int[] classes = new int[count * BATCH];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = i % BATCH % CLASSES;
    }
    return classes;
  }

  @Override
  public double run() {
    Normalization plain = new Normalization(List.of(0.5), List.of(0.5));
    device.operators().image().rotate(stored, indices, turns, shrinks, plain, shown);
    device.operators().elementwise().repeat(shown, images);
    try (Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.recording(device)) {
      Variable logits = networks.forward(tape, Variable.constant("images", images), conditioning);
      SoftmaxCrossEntropy loss = SoftmaxCrossEntropy.ofReplicas(tape, logits, labels, count);
      double mean = loss.mean();
      loss.backward();
      optimizer.step();
      return mean;
    }
  }

  @Override
  public void close() {
    places.close();
    labels.close();
    images.close();
    shown.close();
    turns.close();
    shrinks.close();
    indices.close();
    stored.close();
    optimizer.close();
    networks.close();
  }
}
