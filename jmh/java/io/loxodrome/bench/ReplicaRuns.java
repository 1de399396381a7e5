package io.loxodrome.bench;

import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.data.ImageSet;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Philox;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.OptimizerChoice;
import io.loxodrome.train.ReplicaRun;
import io.loxodrome.train.ReplicaSettings;
import io.loxodrome.train.TrainingListener;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;

/**
 * How long a whole run of R networks takes, from the start of the program to its end: to be run
 * with R = 1 and R = 20, one after the other.
 *
 * <pre>
 * {@code java -cp target/benchmarks.jar io.loxodrome.bench.ReplicaRuns [MANIFOLD [R [IMAGES]]]}
 * </pre>
 *
 * <p>One epoch of {@link PaperCnn} on IMAGES of 28 x 28, turned to 36 angles, B = 128, then each
 * image judged at four angles: an ellipse, 20 and 3000 unless told.
 */
public final class ReplicaRuns {
  private static final int SIDE = 28;
  private static final int CLASSES = 10;
  private static final int BATCH = 128;

  private ReplicaRuns() {}

  /**
   * Runs once and prints its time.
   *
   * @param arguments a manifold, a number of networks and one of images, all may be left out
   */
  public static void main(String[] arguments) throws IOException {
    WeightManifold manifold = WeightManifold.parse(argument(arguments, 0, "ellipse"));
    int count = Integer.parseInt(argument(arguments, 1, "20"));
    int images = Integer.parseInt(argument(arguments, 2, "3000"));
    ReplicaSettings settings =
        new ReplicaSettings(
            "paper-cnn",
            manifold,
            ImageTask.turned(new FixedAngles(36)),
            OptimizerChoice.of(OptimizerChoice.Rule.SGD),
            BATCH,
            1,
            LongStream.range(0, count).boxed().toList());
    Dataset data = Dataset.of("bars", bars(images, 1), bars(images, 2));
    try (Device device = Device.open("cpu")) {
      ReplicaRun.Outcome outcome =
          new ReplicaRun(device, data, settings, PaperCnn::initialized, null).run(1, new Silence());
      System.out.printf(
          "%s R = %d: %.2f s, %.2f s with the start of the program, %.0f images/s in training%n",
          manifold.spec(),
          count,
          outcome.seconds(),
          ManagementFactory.getRuntimeMXBean().getUptime() / 1e3,
          outcome.imagesPerSecond());
    }
  }

  private static String argument(String[] arguments, int index, String otherwise) {
    return index < arguments.length ? arguments[index] : otherwise;
  }

  /** Class c lights the rows from 2 c to 2 c + 7, under noise. */
  private static ImageSet bars(int count, long seed) {
    Philox random = new Philox(seed);
    byte[] pixels = new byte[Math.multiplyExact(count, SIDE * SIDE)];
    int[] labels = new int[count];
    for (int i = 0; i < pixels.length; i++) {
      int image = i / (SIDE * SIDE);
      labels[image] = image % CLASSES;
      int row = i / SIDE % SIDE - 2 * labels[image];
      pixels[i] = (byte) (random.below(0, i, 100) + (row >= 0 && row < 8 ? 150 : 0));
    }
    return new ImageSet("bars", 1, SIDE, SIDE, CLASSES, pixels, labels);
  }

  private static final class Silence implements TrainingListener {
    @Override
    public void afterStep(int images, double loss) {}

    @Override
    public void afterEpoch(int epoch, double loss) {}

    @Override
    public boolean stopRequested() {
      return false;
    }
  }
}
