package io.loxodrome.train;

import java.io.PrintStream;
import java.util.Locale;

/** Prints one line an epoch, for files and pipes. */
final class ProgressLog implements Progress {
  private final Pace pace;
  private final PrintStream out;

  ProgressLog(Pace pace, PrintStream out) {
    this.pace = pace;
    this.out = out;
  }

  @Override
  public void step(int images, double loss) {
    pace.step(images);
  }

  @Override
  public void endEpoch(double loss) {
    out.printf(
        Locale.ROOT, "%s: loss %.4f, %s, %s%n", pace.epoch(), loss, pace.speed(), pace.elapsed());
    pace.nextEpoch();
  }

  @Override
  public void note(String line) {
    out.println(line);
  }

  @Override
  public void close() {}
}
