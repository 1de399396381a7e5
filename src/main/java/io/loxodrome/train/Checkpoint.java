package io.loxodrome.train;

import io.loxodrome.nn.Layer;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run on disk: the network's parameters, the optimiser's state and where training stood, as one
 * safetensors file.
 *
 * <p>Parameters are stored under their names, the optimiser's tensors under {@code optimizer.} and
 * theirs; the rest is text in the file's metadata, with a checksum over all of it.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String NETWORK = "paper-cnn";

  private final SavedRun saved;
  private final Description description;

  /**
   * What a checkpoint is of.
   *
   * @param settings of the run
   * @param images trained on in an epoch
   * @param image C x H x W
   * @param classes number of outputs
   * @param position of the training
   */
  public record Description(
      RunSettings settings, int images, Shape image, int classes, TrainingPosition position) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there are fewer images than in a batch
     */
    public Description {
      if (images < settings.batch()) {
        throw new IllegalArgumentException(
            "images is %d, must be at least the batch of %d".formatted(images, settings.batch()));
      }
    }

    /**
     * How many epochs the run has begun, from 0; more than that it cannot be asked to end after.
     */
    public long epochsBegun() {
      long perEpoch = images / settings.batch();
      return (position.steps() + perEpoch - 1) / perEpoch;
    }

    /** The same at another position. */
    Description at(TrainingPosition other) {
      return new Description(settings, images, image, classes, other);
    }

    private Map<String, String> toText() {
      Map<String, String> text = new LinkedHashMap<>(settings.toText());
      text.put("network", NETWORK);
      text.put("images", Integer.toString(images));
      text.put("channels", Integer.toString(image.dimension(0)));
      text.put("height", Integer.toString(image.dimension(1)));
      text.put("width", Integer.toString(image.dimension(2)));
      text.put("classes", Integer.toString(classes));
      text.put("steps", Long.toString(position.steps()));
      text.put("loss_sum", Double.toString(position.lossSum()));
      text.put("epoch_loss", Double.toString(position.epochLoss()));
      return text;
    }

    private static Description of(TextFields text) {
      if (!text.text("network").equals(NETWORK)) {
        throw new IllegalArgumentException(
            "'network' is '" + text.text("network") + "', expected " + NETWORK);
      }
      return new Description(
          RunSettings.of(text),
          text.integer("images"),
          Shape.of(text.integer("channels"), text.integer("height"), text.integer("width")),
          text.integer("classes"),
          new TrainingPosition(
              text.longInteger("steps"), text.real("loss_sum"), text.real("epoch_loss")));
    }
  }

  private Checkpoint(Path file, SavedRun saved) throws CheckpointException {
    this.saved = saved;
    try {
      this.description = Description.of(saved.description());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "its description cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a checkpoint, whole or not at all.
   *
   * @throws ArithmeticException if a tensor holds a value that is not finite: a checkpoint is there
   *     to go on from
   * @throws IOException if it cannot be written; one that was there is left as it was
   */
  public static void save(Path file, Description description, Layer network, Optimizer optimizer)
      throws IOException {
    writer(description, network, optimizer).write(file);
  }

  /** All that a checkpoint holds, ready to be written. */
  static SafetensorsWriter writer(Description description, Layer network, Optimizer optimizer) {
    return SavedRun.writer(description.toText(), network, optimizer);
  }

  /**
   * Opens a checkpoint and checks all of it.
   *
   * @throws SafetensorsException if the file is no safetensors file or was cut short
   * @throws CheckpointException if it is no checkpoint, of a newer format, or damaged
   * @throws IOException if it cannot be read
   */
  public static Checkpoint open(Path file) throws IOException {
    SavedRun saved = SavedRun.open(file);
    try {
      return new Checkpoint(file, saved);
    } catch (IOException | RuntimeException e) {
      saved.close();
      throw e;
    }
  }

  /** What this checkpoint is of. */
  public Description description() {
    return description;
  }

  /**
   * Checks that a run can go on from here.
   *
   * @param run what the run is of, its position aside
   * @throws CheckpointException if this checkpoint is of another; the message says in what they
   *     differ
   */
  void requireOf(Description run) throws CheckpointException {
    saved.requireOf(run.at(description.position()).toText());
  }

  /**
   * Puts the parameters into a network.
   *
   * @throws CheckpointException if it is of another network: a tensor is missing, of another shape
   *     or not the network's
   */
  public void restore(Layer network) throws IOException {
    saved.restore(network);
  }

  /**
   * Puts the optimiser where it was.
   *
   * @throws CheckpointException if it is of another optimiser: a tensor is missing or of another
   *     shape
   */
  public void restore(Optimizer optimizer) throws IOException {
    saved.restore(optimizer, description.position().steps());
  }

  @Override
  public void close() throws IOException {
    saved.close();
  }
}
