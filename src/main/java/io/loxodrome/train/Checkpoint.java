package io.loxodrome.train;

import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A run on disk: the network's parameters, the optimiser's state and where training stood, as one
 * safetensors file.
 *
 * <p>Parameters are stored under their names, the optimiser's tensors under {@code optimizer.} and
 * theirs; the rest is text in the file's metadata, with a checksum over all of it.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String FORMAT = "loxodrome_checkpoint";
  private static final int VERSION = 1;
  private static final String CHECKSUM = "crc32c";
  private static final String STATE = "optimizer.";
  private static final String NETWORK = "paper-cnn";

  private final Path file;
  private final SafetensorsReader reader;
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

  private Checkpoint(Path file, SafetensorsReader reader) throws IOException {
    this.file = file;
    this.reader = reader;
    Map<String, String> text = reader.metadata();
    requireVersion(file, text.get(FORMAT));
    requireIntact();
    try {
      this.description = Description.of(new TextFields(text));
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
    Map<String, String> text = new LinkedHashMap<>();
    text.put(FORMAT, Integer.toString(VERSION));
    text.putAll(description.toText());
    SafetensorsWriter writer = new SafetensorsWriter();
    ContentChecksum checksum = new ContentChecksum();
    checksum.add(text);
    tensors(network, optimizer)
        .forEach(
            (name, tensor) -> {
              requireFinite(name, tensor);
              checksum.add(name, tensor.type(), tensor.shape(), elements(tensor));
              writer.tensor(name, tensor.type(), tensor.shape(), () -> elements(tensor));
            });
    text.forEach(writer::metadata);
    return writer.metadata(CHECKSUM, checksum.toString());
  }

  /** All tensors of a run by the name they are stored under, in the order of the names. */
  private static Map<String, Tensor> tensors(Layer network, Optimizer optimizer) {
    Map<String, Tensor> tensors = new TreeMap<>();
    for (Parameter parameter : network.parameters()) {
      tensors.put(parameter.name(), parameter.basis());
    }
    optimizer.state().forEach((name, tensor) -> tensors.put(STATE + name, tensor));
    return tensors;
  }

  private static void requireFinite(String name, Tensor tensor) {
    for (double value : tensor.toDoubles()) {
      if (!Double.isFinite(value)) {
        throw new ArithmeticException(name + " holds " + value + " and is not saved");
      }
    }
  }

  private static ByteBuffer elements(Tensor tensor) {
    int size = Math.toIntExact(tensor.size() * tensor.type().bytes());
    ByteBuffer elements = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.type() == ElementType.FLOAT64) {
      elements.asDoubleBuffer().put(tensor.toDoubles());
    } else {
      elements.asFloatBuffer().put(tensor.toFloats());
    }
    return elements;
  }

  /**
   * Opens a checkpoint and checks all of it.
   *
   * @throws SafetensorsException if the file is no safetensors file or was cut short
   * @throws CheckpointException if it is no checkpoint, of a newer format, or damaged
   * @throws IOException if it cannot be read
   */
  public static Checkpoint open(Path file) throws IOException {
    SafetensorsReader reader = SafetensorsReader.open(file);
    try {
      return new Checkpoint(file, reader);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static void requireVersion(Path file, @Nullable String version)
      throws CheckpointException {
    if (version == null) {
      throw new CheckpointException(file, "is a safetensors file, but no checkpoint of Loxodrome");
    }
    if (!version.equals(Integer.toString(VERSION))) {
      throw new CheckpointException(
          file,
          "was written in checkpoint format "
              + version
              + ", this version of Loxodrome reads format "
              + VERSION
              + "; use the version that wrote it or a newer one");
    }
  }

  private void requireIntact() throws IOException {
    Map<String, String> text = new TreeMap<>(reader.metadata());
    String expected = text.remove(CHECKSUM);
    ContentChecksum checksum = new ContentChecksum();
    checksum.add(text);
    for (Map.Entry<String, StoredTensor> tensor : new TreeMap<>(reader.tensors()).entrySet()) {
      String name = tensor.getKey();
      checksum.add(name, tensor.getValue().type(), tensor.getValue().shape(), reader.read(name));
    }
    if (!checksum.toString().equals(expected)) {
      throw new CheckpointException(
          file, "is damaged: its checksum is " + expected + ", that of its content is " + checksum);
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
    Map<String, String> here = run.at(description.position()).toText();
    for (Map.Entry<String, String> there : description.toText().entrySet()) {
      String value = here.get(there.getKey());
      if (!there.getValue().equals(value)) {
        throw new CheckpointException(
            file,
            "is of another run: its %s is %s, here it is %s"
                .formatted(there.getKey(), there.getValue(), value));
      }
    }
  }

  /**
   * Puts the parameters into a network.
   *
   * @throws CheckpointException if it is of another network: a tensor is missing, of another shape
   *     or not the network's
   */
  public void restore(Layer network) throws IOException {
    Set<String> foreign = new TreeSet<>(reader.tensors().keySet());
    foreign.removeIf(name -> name.startsWith(STATE));
    network.parameters().forEach(parameter -> foreign.remove(parameter.name()));
    if (!foreign.isEmpty()) {
      throw new CheckpointException(
          file, "is of another model: its tensors " + foreign + " have no place here");
    }
    for (Parameter parameter : network.parameters()) {
      read(parameter.name(), parameter.basis());
    }
  }

  /**
   * Puts the optimiser where it was.
   *
   * @throws CheckpointException if it is of another optimiser: a tensor is missing or of another
   *     shape
   */
  public void restore(Optimizer optimizer) throws IOException {
    for (Map.Entry<String, Tensor> entry : optimizer.state().entrySet()) {
      read(STATE + entry.getKey(), entry.getValue());
    }
    optimizer.resume(description.position().steps());
  }

  private void read(String name, Tensor target) throws IOException {
    StoredTensor stored = reader.tensors().get(name);
    if (stored == null) {
      throw new CheckpointException(file, "is of another model: it has no tensor " + name);
    }
    if (!stored.shape().equals(target.shape())) {
      throw new CheckpointException(
          file,
          "is of another model: %s has shape %s, expected %s"
              .formatted(name, stored.shape(), target.shape()));
    }
    write(reader.read(name), stored.type(), target);
  }

  private void write(ByteBuffer elements, ElementType type, Tensor target) throws IOException {
    switch (type) {
      case FLOAT32 -> {
        float[] values = new float[elements.remaining() / Float.BYTES];
        elements.asFloatBuffer().get(values);
        target.write(values);
      }
      case FLOAT64 -> {
        double[] values = new double[elements.remaining() / Double.BYTES];
        elements.asDoubleBuffer().get(values);
        target.write(values);
      }
      default -> throw new CheckpointException(file, "holds parameters of type " + type);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
