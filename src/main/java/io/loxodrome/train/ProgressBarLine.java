package io.loxodrome.train;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/**
 * Redraws one line of a terminal: a bar over the whole run, the loss, the speed and the time left.
 */
final class ProgressBarLine implements Progress {
  /**
   * The width that every terminal has. Without one given, the bar asks JLine for the terminal's,
   * and JLine takes the interrupt signal away from the JVM: Ctrl-C would then end the process with
   * no checkpoint saved.
   */
  private static final int COLUMNS = 79;

  private static final int BAR_COLUMNS = 20;
  private static final int INTERVAL_MILLIS = 250;
  private static final long STEPS = 1_000_000;

  private final Pace pace;
  private final PrintStream out;
  private final ProgressBar bar;
  private boolean closed;

  ProgressBarLine(Pace pace, PrintStream out) {
    this.pace = pace;
    this.out = out;
    this.bar =
        new ProgressBarBuilder()
            .setInitialMax(STEPS)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .setConsumer(new OneLine(out))
            .setRenderer(ProgressBarLine::render)
            .build();
  }

  @Override
  public void step(int images, double loss) {
    pace.step(images);
    show(loss);
  }

  @Override
  public void endEpoch(double loss) {
    show(loss);
    pace.nextEpoch();
  }

  /** The bar's own thread draws; it sees only the text that is handed over here. */
  private void show(double loss) {
    bar.setExtraMessage(
        String.format(
            Locale.ROOT,
            "%s, loss %.4f, %s, %s left",
            pace.epoch(),
            loss,
            pace.speed(),
            pace.left()));
    bar.stepTo(Math.round(STEPS * pace.done()));
  }

  /** Over the bar, which is drawn anew below. */
  @Override
  public void note(String line) {
    out.print(String.format(Locale.ROOT, "\r%-" + COLUMNS + "s%n", line));
  }

  /** ASCII alone, since a bare container's locale has nothing else. */
  private static String render(ProgressState state, int columns) {
    double done = state.getNormalizedProgress();
    int filled = (int) (BAR_COLUMNS * done);
    String line =
        String.format(
            Locale.ROOT,
            "%3d%% [%s%s] %s",
            (int) (100 * done),
            "=".repeat(filled),
            " ".repeat(BAR_COLUMNS - filled),
            state.getExtraMessage());
    // Spaces wipe what a longer line before has left.
    return String.format(Locale.ROOT, "%-" + columns + "s", line);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // The bar waits for its thread and forgets an interrupt on the way.
    boolean interrupted = Thread.interrupted();
    bar.close();
    out.println();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Leaves it to {@link #close} to end the line, as a bar closed before its first drawing does not.
   */
  private static final class OneLine extends ConsoleProgressBarConsumer {
    OneLine(PrintStream out) {
      super(out, COLUMNS);
    }

    @Override
    public void close() {}
  }
}
