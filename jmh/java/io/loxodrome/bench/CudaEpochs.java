package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.ChannelStatistics;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.ImageSet;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Philox;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import io.loxodrome.train.StoredImages;
import io.loxodrome.train.Trainer;
import io.loxodrome.train.TrainingListener;
import io.loxodrome.train.TrainingPosition;
import java.io.IOException;

/**
 * How long whole epochs of training take on a set of CIFAR-10's size, turned images and all: one
 * line of JSON per device.
 *
 * <pre>{@code java -cp ... io.loxodrome.bench.CudaEpochs [DEVICE...]}</pre>
 *
 * <p>50 000 images of 32 x 32 x 3 at random, 36 fixed angles, B = 128, the paper's network on an
 * ellipse: what a step costs does not depend on what is in the images.
 */
public final class CudaEpochs {
  private static final int IMAGES = 50_000;
  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int BATCH = 128;
  private static final int ANGLES = 36;
  private static final int EPOCHS = 5;

  private CudaEpochs() {}

  /**
   * Trains on each device for five epochs.
   *
   * @param devices names to open; without any, cuda and cuda:tf32
   */
  public static void main(String[] devices) throws IOException {
    ImageSet images = images();
    for (String name : devices.length == 0 ? new String[] {"cuda", "cuda:tf32"} : devices) {
      try (Device device = Device.open(name)) {
        System.out.println(train(device, images));
      }
    }
  }

  private static ImageSet images() {
    Philox random = new Philox(1);
    byte[] pixels = new byte[IMAGES * CHANNELS * SIDE * SIDE];
    int[] labels = new int[IMAGES];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.below(0, i, 256);
    }
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = i % Batch.CLASSES;
    }
    return new ImageSet("random", CHANNELS, SIDE, SIDE, Batch.CLASSES, pixels, labels);
  }

  private static JsonObject train(Device device, ImageSet images) throws IOException {
    WeightManifold ellipse = WeightManifold.parse("ellipse");
    OptimizerChoice choice = OptimizerChoice.of(OptimizerChoice.Rule.SGD);
    Epochs epochs = new Epochs();
    try (PaperCnn network =
            PaperCnn.initialized(
                device, ellipse, Batch.IMAGE, Batch.CLASSES, new Initialization(1));
        Optimizer optimizer = choice.create(device, network.parameters(), 1);
        StoredImages turned = new StoredImages(device, images, ChannelStatistics.of(images));
        Trainer trainer =
            new Trainer(
                device,
                network,
                optimizer,
                0,
                turned,
                ImageTask.turned(new FixedAngles(ANGLES)),
                new BatchOrder(IMAGES, BATCH, 1),
                TrainingPosition.START)) {
      optimizer.setLearningRate(optimizer.learningRate() / ellipse.supremum());
      trainer.train(EPOCHS, epochs);
    }
    return epochs.json(device);
  }

  /** Times each epoch; the first chooses algorithms and records, and is not counted. */
  private static final class Epochs implements TrainingListener {
    private final Timings timings = new Timings("epoch");
    private long start = System.nanoTime();

    @Override
    public void afterStep(int images, double loss) {}

    @Override
    public void afterEpoch(int epoch, double loss) {
      long now = System.nanoTime();
      if (epoch > 1) {
        timings.addNanoseconds(now - start);
      }
      start = now;
    }

    @Override
    public boolean stopRequested() {
      return false;
    }

    JsonObject json(Device device) {
      JsonObject line = new JsonObject();
      line.addProperty("peer", "loxodrome " + device.name());
      line.addProperty("device", device.description());
      line.addProperty("epoch_seconds", timings.median() / 1e3);
      line.addProperty("epochs_per_second", 1e3 / timings.median());
      return line;
    }
  }
}
