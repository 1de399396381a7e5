package io.loxodrome.train;

import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trains networks that differ in their seeds alone, all at once on the same batches, and judges
 * each: every one ends as it would if it were trained alone.
 */
public final class ReplicaRun {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Device device;
  private final Dataset data;
  private final ReplicaSettings settings;
  private final NetworkFactory factory;
  private final @Nullable Path checkpoint;
  private final BatchOrder order;

  /** Makes the networks that are trained. */
  @FunctionalInterface
  public interface NetworkFactory {
    /**
     * New networks, as one.
     *
     * @param manifold that all parameters are to lie on: replicas of that of the settings
     * @param image C x H x W
     * @param classes number of outputs
     * @param initialization with a seed for each
     * @return a layer from B x C x H x W to logits, B x classes
     */
    Layer create(
        Device device,
        WeightManifold manifold,
        Shape image,
        int classes,
        Initialization initialization);
  }

  /**
   * What a run came to.
   *
   * @param networks in the order of their seeds
   * @param seconds from start to end, a part that was resumed from not counted
   * @param imagesPerSecond images trained on, each counted for each network; 0 if none was
   */
  public record Outcome(List<ReplicaResult> networks, double seconds, double imagesPerSecond) {
    public Outcome {
      networks = List.copyOf(networks);
    }
  }

  /**
   * A run that has not begun.
   *
   * @param checkpoint saved after each epoch and at a stop, and gone on from if it is there; null
   *     to leave none
   * @throws IllegalArgumentException if the batch is larger than the data
   */
  public ReplicaRun(
      Device device,
      Dataset data,
      ReplicaSettings settings,
      NetworkFactory factory,
      @Nullable Path checkpoint) {
    this.device = device;
    this.data = data;
    this.settings = settings;
    this.factory = factory;
    this.checkpoint = checkpoint;
    this.order = new BatchOrder(data.train().count(), settings.batch(), settings.dataSeed());
  }

  /**
   * The seeds of the networks that a checkpoint is of, in their order; empty if the file is no
   * checkpoint of a run of this kind, or was cut short.
   *
   * @throws IOException if it cannot be read
   */
  public static Optional<List<Long>> seedsOf(Path checkpoint) throws IOException {
    try (SafetensorsReader reader = SafetensorsReader.open(checkpoint)) {
      return Optional.of(new TextFields(reader.metadata()).longIntegers(ReplicaSettings.SEEDS));
    } catch (SafetensorsException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Steps in an epoch. */
  public int stepsPerEpoch() {
    return order.batches();
  }

  /**
   * Trains and judges.
   *
   * @param epochs counted from the start of the run, at least 1
   * @param listener hears each step and epoch, and may end the run
   * @throws IllegalArgumentException if epochs is below 1 or the checkpoint beyond so many
   * @throws CheckpointException if the checkpoint is of another run or damaged
   * @throws RunStoppedException if the listener wants no more; all is saved
   * @throws DivergedException if a network went astray, whose seed it names; the last checkpoint is
   *     intact
   * @throws IOException if a file cannot be read or written
   */
  public Outcome run(int epochs, TrainingListener listener) throws IOException {
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs is " + epochs + ", must be at least 1");
    }
    long start = System.nanoTime();
    try (Layer networks =
            factory.create(
                device,
                settings.together(),
                image(),
                data.train().classes(),
                new Initialization(settings.seeds()));
        Optimizer optimizer =
            settings.optimizer().create(device, networks.parameters(), settings.dataSeed())) {
      TrainingPosition position = resume(networks, optimizer);
      requireNotBeyond(position, epochs);
      TrainingPosition end = train(networks, optimizer, position, epochs, listener);
      double trained = (System.nanoTime() - start) / NANOS_PER_SECOND;
      long images = (end.steps() - position.steps()) * order.batch() * settings.count();
      List<ReplicaResult> results = judge(networks, end.epochLosses(), listener);
      double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
      return new Outcome(results, seconds, images / trained);
    }
  }

  private Shape image() {
    return Shape.of(data.train().channels(), data.train().height(), data.train().width());
  }

  private void requireNotBeyond(TrainingPosition position, int epochs) {
    if (position.steps() > (long) epochs * order.batches()) {
      throw new IllegalArgumentException(
          "epochs is %d, but %s has taken %d steps of %d an epoch already"
              .formatted(epochs, checkpoint, position.steps(), order.batches()));
    }
  }

  private TrainingPosition train(
      Layer networks,
      Optimizer optimizer,
      TrainingPosition position,
      int epochs,
      TrainingListener listener)
      throws IOException {
    try (StoredImages images = new StoredImages(device, data.train(), data.normalization());
        Trainer trainer =
            new Trainer(
                device,
                networks,
                optimizer,
                settings.optimizer().l2(),
                images,
                settings.task(),
                order,
                settings.seeds(),
                position)) {
      trainer.train(epochs, new Saving(listener, () -> save(trainer, networks, optimizer)));
      if (trainer.position().steps() < (long) epochs * order.batches()) {
        save(trainer, networks, optimizer);
        throw new RunStoppedException("stopped after step " + trainer.position().steps());
      }
      return trainer.position();
    }
  }

  private void save(Trainer trainer, Layer networks, Optimizer optimizer) throws IOException {
    if (checkpoint != null) {
      Map<String, String> text = description();
      TrainingPosition position = trainer.position();
      text.put("steps", Long.toString(position.steps()));
      text.put("loss_sums", text(position.lossSums()));
      text.put("epoch_losses", text(position.epochLosses()));
      SavedRun.save(checkpoint, text, networks, optimizer);
    }
  }

  private Map<String, String> description() {
    Map<String, String> text = new LinkedHashMap<>(settings.toText());
    text.put("dataset", data.name());
    text.put("images", Integer.toString(data.train().count()));
    text.put("image", image().toString());
    text.put("classes", Integer.toString(data.train().classes()));
    return text;
  }

  private static String text(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /** Puts networks and optimiser where the checkpoint has them, if there is one. */
  private TrainingPosition resume(Layer networks, Optimizer optimizer) throws IOException {
    if (checkpoint == null || !Files.exists(checkpoint)) {
      return TrainingPosition.start(settings.count());
    }
    try (SavedRun saved = SavedRun.open(checkpoint)) {
      saved.requireOf(description());
      TrainingPosition position = position(checkpoint, saved.description());
      saved.restore(networks);
      saved.restore(optimizer, position.steps());
      return position;
    }
  }

  private TrainingPosition position(Path file, TextFields text) throws CheckpointException {
    try {
      TrainingPosition position =
          new TrainingPosition(
              text.longInteger("steps"), text.reals("loss_sums"), text.reals("epoch_losses"));
      if (position.lossSums().size() != settings.count()) {
        throw new IllegalArgumentException(
            "%d losses for %d networks".formatted(position.lossSums().size(), settings.count()));
      }
      return position;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "its description cannot be used: " + e.getMessage(), e);
    }
  }

  private List<ReplicaResult> judge(
      Layer networks, List<Double> losses, TrainingListener listener) {
    Exhibition exhibition = settings.task().exhibition(settings.dataSeed(), data.test().count());
    int levels = exhibition.levels();
    int[] shown = new int[settings.count() * levels];
    int[] correct = new int[settings.count() * levels];
    try (StoredImages images = new StoredImages(device, data.test(), data.normalization())) {
      new Judge(device, images, exhibition, settings.count())
          .judge(
              networks,
              listener::stopRequested,
              (replica, level, right) -> {
                shown[replica * levels + level]++;
                correct[replica * levels + level] += right ? 1 : 0;
              });
    }
    List<ReplicaResult> results = new ArrayList<>();
    for (int r = 0; r < settings.count(); r++) {
      int[] ownShown = Arrays.copyOfRange(shown, r * levels, (r + 1) * levels);
      int[] ownCorrect = Arrays.copyOfRange(correct, r * levels, (r + 1) * levels);
      results.add(
          new ReplicaResult(
              settings.seeds().get(r), losses.get(r), levels(exhibition, ownShown, ownCorrect)));
    }
    return results;
  }

  private List<LevelAccuracy> levels(Exhibition exhibition, int[] shown, int[] correct) {
    List<LevelAccuracy> levels = new ArrayList<>();
    for (int level = 0; level < shown.length; level++) {
      List<Double> place = exhibition.place(level);
      levels.add(
          new LevelAccuracy(place, settings.task().trains(place), shown[level], correct[level]));
    }
    return levels;
  }

  /** Saves after each epoch what its listener is told of then. */
  private static final class Saving implements TrainingListener {
    private final TrainingListener listener;
    private final RunRecorder.Saver saver;

    Saving(TrainingListener listener, RunRecorder.Saver saver) {
      this.listener = listener;
      this.saver = saver;
    }

    @Override
    public void afterStep(int images, double loss) {
      listener.afterStep(images, loss);
    }

    @Override
    public void afterEpoch(int epoch, double loss) throws IOException {
      saver.save();
      listener.afterEpoch(epoch, loss);
    }

    @Override
    public boolean stopRequested() {
      return listener.stopRequested();
    }
  }
}
