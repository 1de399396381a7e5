package io.loxodrome.experiment;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Tells whoever waits for a sweep how far it is: a line for everything that is finished, and on a
 * terminal one below them that is redrawn.
 *
 * <p>It may be told from several threads at once.
 */
public final class SweepProgress {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long INTERVAL = 500_000_000L;
  private static final int COLUMNS = 79;

  /** Draws the line that stands for what is going on. */
  private interface Line {
    void draw(String text);

    void clear();
  }

  private final PrintStream out;
  private final Line line;
  private final LongSupplier nanoTime;
  private final long start;
  private int total;
  private int finished;
  private long images;
  private long trained;
  private long drawn;

  private SweepProgress(PrintStream out, Line line, LongSupplier nanoTime) {
    this.out = out;
    this.line = line;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.drawn = start;
  }

  /** Progress on the standard error stream. */
  public static SweepProgress onStandardError() {
    return isTerminal() ? onTerminal(System.err) : inLines(System.err, System::nanoTime);
  }

  private static SweepProgress onTerminal(PrintStream out) {
    return new SweepProgress(out, new Redrawn(out), System::nanoTime);
  }

  /** Progress for files and pipes. */
  static SweepProgress inLines(PrintStream out, LongSupplier nanoTime) {
    return new SweepProgress(out, new Undrawn(), nanoTime);
  }

  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      // No Linux, so there is no telling: lines are right everywhere.
      return false;
    }
  }

  /**
   * Says what there is to do.
   *
   * @param runs of the whole experiment
   * @param already finished before
   * @param toTrain images to train on, all epochs and seeds counted
   */
  synchronized void begin(int runs, int already, long toTrain) {
    total = runs;
    finished = already;
    images = toTrain;
    if (already > 0) {
      out.printf(Locale.ROOT, "%d of %d runs were finished before%n", already, runs);
    }
  }

  /** Says that so many images more were trained on. */
  synchronized void trained(long more) {
    trained += more;
    long now = nanoTime.getAsLong();
    if (now - drawn >= INTERVAL) {
      drawn = now;
      line.draw(state());
    }
  }

  /** Says that work is finished, and what it came to. */
  synchronized void finished(Work work, String measure, List<SeedResult> results) {
    finished += results.size();
    List<Double> values =
        results.stream()
            .filter(result -> result.measures().containsKey(measure))
            .map(result -> result.measures().get(measure))
            .toList();
    print("%s: %s %s; %s".formatted(work.title(), measure, Spread.of(values).text(), state()));
  }

  /** Says that work came to nothing. */
  synchronized void failed(Work work, String reason) {
    print("%s: %s".formatted(work.title(), reason));
  }

  private void print(String text) {
    line.clear();
    out.println(text);
  }

  private String state() {
    return "%d of %d runs, %s".formatted(finished, total, left());
  }

  private String left() {
    double seconds = Math.max(1, nanoTime.getAsLong() - start) / NANOS_PER_SECOND;
    return trained == 0 ? "? left" : clock(seconds * (images - trained) / trained) + " left";
  }

  /** For example {@code 0:07}, {@code 12:34} or {@code 1:02:03}. */
  private static String clock(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** Ends the line that is redrawn, if there is one. */
  synchronized void end() {
    line.clear();
  }

  /** A terminal's last line. */
  private record Redrawn(PrintStream out) implements Line {
    @Override
    public void draw(String text) {
      out.printf("\r%-" + COLUMNS + "s", text);
      out.flush();
    }

    @Override
    public void clear() {
      draw("");
      out.print("\r");
      out.flush();
    }
  }

  /** Nothing, where nothing can be redrawn. */
  private record Undrawn() implements Line {
    @Override
    public void draw(String text) {}

    @Override
    public void clear() {}
  }
}
