package io.loxodrome.cli;

import io.loxodrome.riemann.BatchEstimates;
import io.loxodrome.riemann.Estimate;
import io.loxodrome.train.RunFiles;
import io.loxodrome.train.RunSummary;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a run came to, for people. */
final class Report {
  private Report() {}

  static String of(RunSummary summary, @Nullable RunFiles files) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s on %s, %d epochs, seed %d, device %s%n",
            summary.manifold(),
            summary.dataset(),
            summary.epochs(),
            summary.seed(),
            summary.device()));
    line(text, "accuracy at angles trained on", share(summary.accuracySeen()));
    line(text, "accuracy at angles never seen", share(summary.accuracyUnseen()));
    line(text, "loss in the last epoch", number("%.4f", summary.loss()));
    line(text, "training images a second", number("%.0f", summary.imagesPerSecond()));
    line(text, "seconds, evaluation included", number("%.0f", summary.seconds()));
    if (files != null) {
      line(text, "files", files.folder().toString());
    }
    return text.toString();
  }

  /** The estimates as they are, each with what it assumes. */
  static String of(BatchEstimates estimates) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "estimates after the last epoch%n"));
    for (Estimate estimate : estimates.all()) {
      text.append("  %s%n".formatted(estimate.text()));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  %-30s %s%n".formatted(name, value));
  }

  static String share(OptionalDouble share) {
    return share.isEmpty() ? "none shown" : number("%.4f", share.getAsDouble());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
