package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.LayerCosts;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.riemann.BatchEstimates;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run from images to accuracies: trains the paper's network on turned images, evaluates it over
 * a grid of angles, and leaves its files in a folder if it has one.
 */
public final class TrainingRun {
  /** Angles of the evaluation grid: one a degree. */
  public static final int GRID_STEPS = TurnedImages.GRID_STEPS;

  /** Angles at which each test image is shown. */
  public static final int ANGLES_PER_IMAGE = TurnedImages.ANGLES_PER_IMAGE;

  private static final double NANOS_PER_SECOND = 1e9;

  private final Device device;
  private final Dataset data;
  private final RunSettings settings;
  private final @Nullable RunFiles files;
  private final BooleanSupplier stop;
  private final @Nullable Consumer<BatchEstimates> heard;

  /**
   * A run that has not begun and estimates nothing.
   *
   * @param data as the settings name it
   * @param files null to leave none
   * @param stop asked between steps; a run that is told to stop saves what it has
   * @throws IllegalArgumentException if the manifold cannot be conditioned on one angle or is of
   *     several networks, or the batch is larger than the data
   */
  public TrainingRun(
      Device device,
      Dataset data,
      RunSettings settings,
      @Nullable RunFiles files,
      BooleanSupplier stop) {
    this(device, data, settings, files, stop, null);
  }

  /**
   * A run that has not begun.
   *
   * @param heard told after each epoch how training contracts and how stable it is, by estimates
   *     which the metrics have too; null for no estimates
   * @throws IllegalArgumentException as the other
   */
  public TrainingRun(
      Device device,
      Dataset data,
      RunSettings settings,
      @Nullable RunFiles files,
      BooleanSupplier stop,
      @Nullable Consumer<BatchEstimates> heard) {
    requireOneValue(settings.manifold());
    this.device = device;
    this.data = settings.limited(data);
    this.settings = settings;
    this.files = files;
    this.stop = stop;
    this.heard = heard;
    order();
  }

  private static void requireOneValue(WeightManifold manifold) {
    if (manifold instanceof Replicas) {
      throw new IllegalArgumentException(
          "manifold %s is of several networks, a run trains one".formatted(manifold.spec()));
    }
    if (manifold.dimensions() > 1) {
      throw new IllegalArgumentException(
          "manifold %s takes %d conditioning values, an angle is one; use a curve or the point"
              .formatted(manifold.spec(), manifold.dimensions()));
    }
  }

  private BatchOrder order() {
    return new BatchOrder(data.train().count(), settings.batch(), settings.seed());
  }

  /**
   * Trains and evaluates.
   *
   * @param epochs counted from the start of the run, at least 1
   * @param resumed the checkpoint to go on from; null to start anew
   * @throws IllegalArgumentException if the checkpoint is beyond so many epochs
   * @throws CheckpointException if the checkpoint is of another run
   * @throws RunStoppedException if told to stop
   * @throws DivergedException if training went astray; the last checkpoint is intact
   * @throws IOException if a file cannot be read or written
   */
  public RunSummary run(int epochs, @Nullable Checkpoint resumed) throws IOException {
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs is " + epochs + ", must be at least 1");
    }
    if (files != null) {
      AngleAccuracyPlot.requireFonts();
    }
    long start = System.nanoTime();
    try (Layer network = network();
        Optimizer optimizer =
            settings.optimizer().create(device, network.parameters(), settings.seed())) {
      if (resumed != null) {
        restore(resumed, epochs, network, optimizer);
      }
      Training training = train(epochs, position(resumed), network, optimizer);
      AngleAccuracy accuracy = evaluate(network);
      double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
      RunSummary summary = summary(epochs, seconds, training, accuracy);
      write(summary, accuracy);
      return summary;
    }
  }

  /**
   * Says what each layer of the network costs by every plan the device has for it, on the images
   * and angles of the first batch. Trains nothing and leaves no files.
   *
   * @param heard told of each layer as soon as its costs are known
   * @throws RunStoppedException if told to stop
   */
  public void planCosts(Consumer<LayerCosts> heard) {
    double[] turns = task().training(settings.seed(), 0, order().epoch(0)[0]).values;
    try (Layer network = network();
        Tensor values = device.allocate(Shape.of(turns.length, 1)).write(turns);
        Conditioning conditioning = new Conditioning(device, values)) {
      network.planCosts(
          device,
          conditioning,
          costs -> {
            if (stop.getAsBoolean()) {
              throw new RunStoppedException("stopped after " + costs.name() + " was measured");
            }
            heard.accept(costs);
          });
    }
  }

  private ImageTask task() {
    return ImageTask.turned(settings.angles());
  }

  private Layer network() {
    return PaperCnn.initialized(
        device,
        settings.manifold(),
        imageShape(),
        data.train().classes(),
        new Initialization(settings.seed()));
  }

  private Shape imageShape() {
    return Shape.of(data.train().channels(), data.train().height(), data.train().width());
  }

  private static TrainingPosition position(@Nullable Checkpoint resumed) {
    return resumed == null ? TrainingPosition.START : resumed.description().position();
  }

  private void restore(Checkpoint resumed, int epochs, Layer network, Optimizer optimizer)
      throws IOException {
    resumed.requireOf(description(TrainingPosition.START));
    long begun = resumed.description().epochsBegun();
    if (begun > epochs) {
      throw new IllegalArgumentException(
          "epochs is %d, but the run is in epoch %d already".formatted(epochs, begun));
    }
    resumed.restore(network);
    resumed.restore(optimizer);
  }

  /** What training leaves for the summary. */
  private record Training(double loss, double imagesPerSecond) {}

  private Training train(int epochs, TrainingPosition position, Layer network, Optimizer optimizer)
      throws IOException {
    int perEpoch = order().batches();
    int firstEpoch = (int) Math.min(epochs, position.steps() / perEpoch + 1);
    try (StoredImages images = new StoredImages(device, data.train(), data.normalization());
        MetricsLog metrics = openMetrics(position);
        Progress progress =
            Progress.onStandardError(firstEpoch, epochs, (long) perEpoch * settings.batch());
        Trainer trainer =
            new Trainer(
                device,
                network,
                optimizer,
                settings.optimizer().l2(),
                images,
                task(),
                order(),
                position)) {
      RunRecorder.Saver saver = () -> save(trainer, network, optimizer);
      RunRecorder recorder =
          new RunRecorder(trainer, metrics, estimates(network, images), progress, saver, stop);
      train(trainer, epochs, recorder);
      if (stop.getAsBoolean()) {
        saver.save();
        throw new RunStoppedException(
            "stopped after step " + trainer.position().steps() + "; " + wayOn());
      }
      return new Training(trainer.position().epochLoss(), recorder.imagesPerSecond());
    }
  }

  private @Nullable EpochEstimates estimates(Layer network, StoredImages images) {
    return heard == null
        ? null
        : new EpochEstimates(
            device,
            network,
            images,
            task(),
            order(),
            settings.optimizer(),
            data.train().classes(),
            heard);
  }

  private void train(Trainer trainer, int epochs, TrainingListener listener) throws IOException {
    try {
      trainer.train(epochs, listener);
    } catch (DivergedException e) {
      throw e.with(lastCheckpoint());
    }
  }

  private @Nullable MetricsLog openMetrics(TrainingPosition position) throws IOException {
    if (files == null) {
      return null;
    }
    files.create();
    return position.steps() == 0
        ? MetricsLog.create(files.metrics())
        : MetricsLog.resume(files.metrics(), Math.toIntExact(position.steps() / order().batches()));
  }

  private String lastCheckpoint() {
    return files != null && Files.exists(files.checkpoint())
        ? "the last good checkpoint is " + files.checkpoint()
        : "no checkpoint was saved";
  }

  private String wayOn() {
    return files == null
        ? "nothing was saved, because the run has no folder (--out)"
        : "saved, go on with --out " + files.folder() + " --resume";
  }

  private void save(Trainer trainer, Layer network, Optimizer optimizer) throws IOException {
    if (files != null) {
      Checkpoint.save(files.checkpoint(), description(trainer.position()), network, optimizer);
    }
  }

  private Checkpoint.Description description(TrainingPosition position) {
    return new Checkpoint.Description(
        settings, data.train().count(), imageShape(), data.train().classes(), position);
  }

  private AngleAccuracy evaluate(Layer network) {
    try (StoredImages images = new StoredImages(device, data.test(), data.normalization())) {
      return new Evaluator(device, images, grid(settings)).accuracy(network, stop);
    } catch (RunStoppedException e) {
      throw new RunStoppedException(e.getMessage() + "; training is over, " + wayOn());
    }
  }

  /** The angles a run is evaluated at. */
  static AngleGrid grid(RunSettings settings) {
    return new AngleGrid(GRID_STEPS, ANGLES_PER_IMAGE, settings.seed());
  }

  private RunSummary summary(
      int epochs, double seconds, Training training, AngleAccuracy accuracy) {
    return new RunSummary(
        settings.dataset(),
        settings.manifold().spec(),
        device.name(),
        settings.seed(),
        epochs,
        seconds,
        training.imagesPerSecond(),
        accuracy.seen(settings.angles()),
        accuracy.unseen(settings.angles()),
        accuracy.byAngle(),
        training.loss());
  }

  private void write(RunSummary summary, AngleAccuracy accuracy) throws IOException {
    if (files == null) {
      return;
    }
    summary.write(files.summary());
    String title = summary.manifold() + " on " + summary.dataset();
    AngleAccuracyPlot plot = accuracy.plot(title, settings.angles());
    plot.writePng(files.plot("png"));
    plot.writeSvg(files.plot("svg"));
  }
}
