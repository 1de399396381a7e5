package io.loxodrome.train;

import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.ElementType;
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
 * Training on disk: the parameters, the optimiser's state and a description, as one safetensors
 * file.
 *
 * <p>Parameters are stored under their names, the optimiser's tensors under {@code optimizer.} and
 * theirs; the rest is text in the file's metadata, with a checksum over all of it.
 */
final class SavedRun implements AutoCloseable {
  private static final String FORMAT = "loxodrome_checkpoint";
  private static final int VERSION = 1;
  private static final String CHECKSUM = "crc32c";
  private static final String STATE = "optimizer.";

  private final Path file;
  private final SafetensorsReader reader;

  private SavedRun(Path file, SafetensorsReader reader) throws IOException {
    this.file = file;
    this.reader = reader;
    requireVersion(file, reader.metadata().get(FORMAT));
    requireIntact();
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param description text by name
   * @throws ArithmeticException if a tensor holds a value that is not finite: a checkpoint is there
   *     to go on from
   * @throws IOException if it cannot be written; one that was there is left as it was
   */
  static void save(Path file, Map<String, String> description, Layer network, Optimizer optimizer)
      throws IOException {
    writer(description, network, optimizer).write(file);
  }

  /** All that the file holds, ready to be written. */
  static SafetensorsWriter writer(
      Map<String, String> description, Layer network, Optimizer optimizer) {
    Map<String, String> text = new LinkedHashMap<>();
    text.put(FORMAT, Integer.toString(VERSION));
    text.putAll(description);
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
   * Opens a file and checks all of it.
   *
   * @throws SafetensorsException if it is no safetensors file or was cut short
   * @throws CheckpointException if it is no checkpoint, of a newer format, or damaged
   * @throws IOException if it cannot be read
   */
  static SavedRun open(Path file) throws IOException {
    SafetensorsReader reader = SafetensorsReader.open(file);
    try {
      return new SavedRun(file, reader);
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

  /** Its description, text by name. */
  TextFields description() {
    return new TextFields(reader.metadata());
  }

  /**
   * Checks that the file is of a run.
   *
   * @param expected what the description of that run is
   * @throws CheckpointException if the file is of another; the message says in what they differ
   */
  void requireOf(Map<String, String> expected) throws CheckpointException {
    for (Map.Entry<String, String> here : expected.entrySet()) {
      String there = reader.metadata().get(here.getKey());
      if (!here.getValue().equals(there)) {
        throw new CheckpointException(
            file,
            "is of another run: its %s is %s, here it is %s"
                .formatted(here.getKey(), there, here.getValue()));
      }
    }
    String penalty = reader.metadata().get(OptimizerChoice.L2);
    if (penalty != null && !expected.containsKey(OptimizerChoice.L2)) {
      throw new CheckpointException(
          file, "is of another run: its l2 is " + penalty + ", here there is none");
    }
  }

  /**
   * Puts the parameters into a network.
   *
   * @throws CheckpointException if it is of another network: a tensor is missing, of another shape
   *     or not the network's
   */
  void restore(Layer network) throws IOException {
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
   * @param steps it had taken
   * @throws CheckpointException if it is of another optimiser: a tensor is missing or of another
   *     shape
   */
  void restore(Optimizer optimizer, long steps) throws IOException {
    for (Map.Entry<String, Tensor> entry : optimizer.state().entrySet()) {
      read(STATE + entry.getKey(), entry.getValue());
    }
    optimizer.resume(steps);
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
