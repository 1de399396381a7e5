package io.loxodrome.train;

import com.google.gson.FormattingStyle;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What a training run was and what it reached.
 *
 * @param dataset name of the data set
 * @param manifold spec of the weight manifold
 * @param device name of the device
 * @param seed of all random numbers
 * @param epochs passes over the training images
 * @param seconds wall-clock time of training and evaluation, since the run was started or, if it
 *     was, last resumed
 * @param imagesPerSecond training images a second in that time; 0 if nothing was left to train
 * @param accuracySeen share of test images classified rightly at angles of training, in [0, 1];
 *     empty if none was at one
 * @param accuracyUnseen the same at angles never trained on
 * @param accuracyByAngle the same at each angle of the evaluation grid; NaN where no test image
 *     fell on the angle
 * @param loss mean over the last epoch's training images
 */
public record RunSummary(
    String dataset,
    String manifold,
    String device,
    long seed,
    int epochs,
    double seconds,
    double imagesPerSecond,
    OptionalDouble accuracySeen,
    OptionalDouble accuracyUnseen,
    List<Double> accuracyByAngle,
    double loss) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a number is infinite or NaN, or an accuracy is outside [0,
   *     1]; the message names it
   */
  public RunSummary {
    requireFinite("seconds", seconds);
    requireFinite("images_per_second", imagesPerSecond);
    accuracySeen.ifPresent(value -> requireShare("accuracy_seen", value));
    accuracyUnseen.ifPresent(value -> requireShare("accuracy_unseen", value));
    accuracyByAngle = List.copyOf(accuracyByAngle);
    for (int i = 0; i < accuracyByAngle.size(); i++) {
      if (!accuracyByAngle.get(i).isNaN()) {
        requireShare("accuracy_by_angle[" + i + "]", accuracyByAngle.get(i));
      }
    }
    requireFinite("loss", loss);
  }

  private static void requireFinite(String key, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(key + " is " + value + ", expected a finite number");
    }
  }

  private static void requireShare(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(key + " is " + value + ", expected a number in [0, 1]");
    }
  }

  /**
   * Writes the summary as one JSON object, in place of a file that is there.
   *
   * @throws IOException if the file cannot be written; one that was there is left as it was
   */
  public void write(Path file) throws IOException {
    byte[] json = (json() + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(json));
  }

  private String json() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setStrictness(Strictness.STRICT);
      json.setFormattingStyle(FormattingStyle.PRETTY);
      json.beginObject();
      json.name("dataset").value(dataset);
      json.name("manifold").value(manifold);
      json.name("device").value(device);
      json.name("seed").value(seed);
      json.name("epochs").value(epochs);
      json.name("seconds").value(seconds);
      json.name("images_per_second").value(imagesPerSecond);
      writeAccuracy(json.name("accuracy_seen"), accuracySeen);
      writeAccuracy(json.name("accuracy_unseen"), accuracyUnseen);
      writeByAngle(json.name("accuracy_by_angle"));
      json.name("loss").value(loss);
      json.endObject();
    }
    return text.toString();
  }

  private static void writeAccuracy(JsonWriter json, OptionalDouble accuracy) throws IOException {
    if (accuracy.isPresent()) {
      json.value(accuracy.getAsDouble());
    } else {
      json.nullValue();
    }
  }

  /** On one line: a grid of 360 angles would fill 360. */
  private void writeByAngle(JsonWriter json) throws IOException {
    json.beginArray();
    json.setFormattingStyle(FormattingStyle.COMPACT.withSpaceAfterSeparators(true));
    for (double accuracy : accuracyByAngle) {
      writeAccuracy(
          json, DoubleStream.of(accuracy).filter(value -> !Double.isNaN(value)).findFirst());
    }
    json.endArray();
    json.setFormattingStyle(FormattingStyle.PRETTY);
  }
}
