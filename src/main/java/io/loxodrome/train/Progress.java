package io.loxodrome.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells whoever waits for a training run how far it is: a bar on a terminal, one line an epoch
 * elsewhere.
 *
 * <p>It is for the one thread that trains.
 */
public sealed interface Progress extends AutoCloseable permits ProgressBarLine, ProgressLog {
  /**
   * Progress on the standard error stream, from the start of an epoch on.
   *
   * @param firstEpoch the epoch that starts now, from 1; more than 1 in a resumed run
   * @param epochs the run's last epoch
   * @param imagesPerEpoch images in an epoch, at least 1
   * @throws IllegalArgumentException if {@code firstEpoch} is not in [1, epochs], or there are no
   *     images
   */
  static Progress onStandardError(int firstEpoch, int epochs, long imagesPerEpoch) {
    PrintStream out = System.err;
    Pace pace = new Pace(firstEpoch, epochs, imagesPerEpoch, System::nanoTime);
    return isTerminal() ? new ProgressBarLine(pace, out) : new ProgressLog(pace, out);
  }

  /** Whether the standard error stream is a terminal; Java's console tells of the other two. */
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
   * Says that a batch is done.
   *
   * @param images in the batch
   * @param loss mean over the batch
   */
  void step(int images, double loss);

  /**
   * Says that an epoch is done and, after the last one excepted, the next one starts.
   *
   * @param loss mean over the epoch
   */
  void endEpoch(double loss);

  /** Says something else, on a line of its own. */
  void note(String line);

  /** Ends the bar, if there is one, so that what is printed next has a line of its own. */
  @Override
  void close();
}
