package io.loxodrome.bench;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.ImageSet;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The first training images, each turned to an angle of its own, to measure losses on. */
final class TurnedSample implements AutoCloseable {
  private final Device device;
  private final Tensor images;
  private final Tensor labels;
  private final Tensor angles;

  /**
   * Turns them.
   *
   * @param random of the angles
   */
  TurnedSample(Device device, Dataset data, int count, AngleScheme scheme, Philox random) {
    ImageSet set = data.train().take(count);
    double[] turns =
        IntStream.range(0, count).mapToDouble(i -> scheme.sample(random, 0, i)).toArray();
    this.device = device;
    this.images = device.allocate(Shape.of(count, set.channels(), set.height(), set.width()));
    this.labels = device.allocate(ElementType.INT32, Shape.of(count)).write(set.labels());
    this.angles = device.allocate(Shape.of(count, 1)).write(turns);
    turn(data, set, turns);
  }

  private void turn(Dataset data, ImageSet set, double[] turns) {
    int count = set.count();
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    try (Tensor stored = device.allocate(ElementType.UINT8, images.shape()).write(set.pixels());
        Tensor indices =
            device
                .allocate(ElementType.INT32, Shape.of(count))
                .write(IntStream.range(0, count).toArray());
        Tensor turned = device.allocate(Shape.of(count)).write(turns);
        Tensor shrinks = device.allocate(Shape.of(count)).write(ones)) {
      device
          .operators()
          .image()
          .rotate(stored, indices, turned, shrinks, data.normalization(), images);
    }
  }

  /** Mean cross-entropy of a network. */
  double loss(Layer network) {
    try (Conditioning conditioning = new Conditioning(device, angles);
        Tape tape = Tape.forwardOnly(device)) {
      Variable logits = network.forward(tape, Variable.constant("images", images), conditioning);
      return SoftmaxCrossEntropy.of(tape, logits, labels).mean();
    }
  }

  @Override
  public void close() {
    images.close();
    labels.close();
    angles.close();
  }
}
