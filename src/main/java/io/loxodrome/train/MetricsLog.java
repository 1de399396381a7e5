package io.loxodrome.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Appends a run's metrics to a file of JSON lines: one object a line, each with its epoch.
 *
 * <p>Every line reaches the operating system before {@link #append} returns, so a killed process
 * loses none. A line that a kill or a full disk has torn is cut off: what goes on in the file
 * always follows a whole line.
 */
public final class MetricsLog implements Closeable {
  private static final String EPOCH = "epoch";

  private final Path path;
  private final RandomAccessFile file;

  /** A log that goes on at the file's end. */
  MetricsLog(Path path, RandomAccessFile file) throws IOException {
    this.path = path;
    this.file = file;
    file.seek(file.length());
  }

  /**
   * Starts an empty log, in place of one that is there.
   *
   * @throws IOException if the file cannot be written
   */
  public static MetricsLog create(Path path) throws IOException {
    return open(path, 0);
  }

  /**
   * Goes on with the log of a run that is resumed after an epoch: keeps the lines up to that epoch
   * and drops the first line of a later one, all that follow it, and a torn last line. A log that
   * is not there is started.
   *
   * @param lastEpoch the last epoch to keep
   * @throws IOException if the file cannot be read or written, or a whole line in it is no JSON
   *     object with an epoch; the message names the line and its place, and the file is left as it
   *     was
   */
  public static MetricsLog resume(Path path, int lastEpoch) throws IOException {
    return open(path, Files.exists(path) ? bytesUpTo(path, lastEpoch) : 0);
  }

  private static MetricsLog open(Path path, long keptBytes) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      file.setLength(keptBytes);
      return new MetricsLog(path, file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Length of the whole lines up to and with those of {@code lastEpoch}. */
  private static int bytesUpTo(Path path, int lastEpoch) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    int start = 0;
    int number = 1;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        String line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
        if (epochOf(line, path, number, start) > lastEpoch) {
          return start;
        }
        start = i + 1;
        number++;
      }
    }
    return start;
  }

  private static int epochOf(String line, Path path, int number, int offset) throws IOException {
    JsonElement epoch = parse(line).get(EPOCH);
    if (epoch == null || !epoch.isJsonPrimitive() || !epoch.getAsString().matches("[0-9]{1,9}")) {
      throw new IOException(
          "%s: line %d, at byte %d, is not a JSON object with an epoch"
              .formatted(path, number, offset));
    }
    return epoch.getAsInt();
  }

  /** The object on a line, an empty one if there is none. */
  private static JsonObject parse(String line) throws IOException {
    try (JsonReader json = new JsonReader(new StringReader(line))) {
      json.setStrictness(Strictness.STRICT);
      JsonElement element = JsonParser.parseReader(json);
      boolean alone = json.peek() == JsonToken.END_DOCUMENT;
      return alone && element.isJsonObject() ? element.getAsJsonObject() : new JsonObject();
    } catch (JsonParseException | MalformedJsonException e) {
      return new JsonObject();
    }
  }

  /**
   * Appends the line {@code {"epoch": epoch, key: value, ...}}.
   *
   * @param values finite numbers by key, in the order in which they are written
   * @throws IllegalArgumentException if the epoch is negative, a value is infinite or NaN, or a key
   *     is {@code epoch}
   * @throws IOException if the file is closed or cannot be written; it then ends with the line
   *     before
   */
  public void append(int epoch, Map<String, ? extends Number> values) throws IOException {
    byte[] line = (line(epoch, values) + "\n").getBytes(StandardCharsets.UTF_8);
    long end = file.getFilePointer();
    try {
      file.write(line);
    } catch (IOException e) {
      cutBackTo(end, e);
      throw new IOException(path + ": cannot append at byte " + end + ": " + e.getMessage(), e);
    }
  }

  private void cutBackTo(long end, IOException cause) {
    try {
      file.setLength(end);
      file.seek(end);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static JsonObject line(int epoch, Map<String, ? extends Number> values) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch is " + epoch + ", expected at least 0");
    }
    JsonObject line = new JsonObject();
    line.addProperty(EPOCH, epoch);
    for (Map.Entry<String, ? extends Number> value : values.entrySet()) {
      add(line, value.getKey(), value.getValue());
    }
    return line;
  }

  private static void add(JsonObject line, String key, Number value) {
    if (line.has(key)) {
      throw new IllegalArgumentException("the key '" + key + "' is the log's own");
    }
    if (!Double.isFinite(value.doubleValue())) {
      throw new IllegalArgumentException(key + " is " + value + ", expected a finite number");
    }
    line.addProperty(key, value);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
