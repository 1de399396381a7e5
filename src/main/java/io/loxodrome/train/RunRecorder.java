package io.loxodrome.train;

import io.loxodrome.riemann.BatchEstimates;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Shows how a run goes, measures its speed, and after each epoch logs it and saves. */
final class RunRecorder implements TrainingListener {
  /** Saves the run as it is. */
  @FunctionalInterface
  interface Saver {
    void save() throws IOException;
  }

  private static final double NANOS_PER_SECOND = 1e9;

  private final Trainer trainer;
  private final @Nullable MetricsLog metrics;
  private final @Nullable EpochEstimates estimates;
  private final Progress progress;
  private final Saver saver;
  private final BooleanSupplier stop;
  private final long start = System.nanoTime();
  private long epochStart = start;
  private long images;
  private long imagesBeforeEpoch;

  RunRecorder(
      Trainer trainer,
      @Nullable MetricsLog metrics,
      @Nullable EpochEstimates estimates,
      Progress progress,
      Saver saver,
      BooleanSupplier stop) {
    this.trainer = trainer;
    this.metrics = metrics;
    this.estimates = estimates;
    this.progress = progress;
    this.saver = saver;
    this.stop = stop;
  }

  @Override
  public void afterStep(int count, double loss) {
    images += count;
    progress.step(count, loss);
  }

  /**
   * Logs, then saves: a line too many is dropped by the run that goes on, one that is missing would
   * be lost.
   */
  @Override
  public void afterEpoch(int epoch, double loss) throws IOException {
    Map<String, Number> values = values(loss);
    String note = "";
    if (estimates != null) {
      BatchEstimates found = estimates.after(epoch);
      values.putAll(EpochEstimates.values(found));
      note = EpochEstimates.line(found);
    }
    if (metrics != null) {
      metrics.append(epoch, values);
    }
    saver.save();
    progress.endEpoch(loss);
    if (!note.isEmpty()) {
      progress.note(note);
    }
    epochStart = System.nanoTime();
    imagesBeforeEpoch = images;
  }

  private Map<String, Number> values(double loss) {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("steps", trainer.position().steps());
    values.put("loss", loss);
    values.put("images_per_second", rate(images - imagesBeforeEpoch, epochStart));
    return values;
  }

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }

  /** Speed since the recorder was made. */
  double imagesPerSecond() {
    return rate(images, start);
  }

  /** At least one tick, so that a coarse clock gives no infinite speed. */
  private static double rate(long images, long since) {
    return images / (Math.max(1, System.nanoTime() - since) / NANOS_PER_SECOND);
  }
}
