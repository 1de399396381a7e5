package io.loxodrome.train;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.NoiseSchedule;
import org.jspecify.annotations.Nullable;

/**
 * What networks are trained on: how images are shown to them, with which conditioning value s, and
 * at which levels they are judged.
 */
public sealed interface ImageTask permits TurnedImages, NoisyImages, UprightImages {
  /** Images turned by 2 pi s. */
  static ImageTask turned(AngleScheme angles) {
    return new TurnedImages(angles);
  }

  /** Images under a share of noise, which is s times the schedule's maximum. */
  static ImageTask noisy(NoiseSchedule schedule) {
    return new NoisyImages(schedule);
  }

  /** Images as they are, with an s that says nothing: drawn anew for each image in each epoch. */
  static ImageTask unconditioned() {
    return new UprightImages();
  }

  /**
   * Makes a task from its text.
   *
   * @throws IllegalArgumentException if the text is of no known form or its number out of bounds
   */
  static ImageTask parse(String spec) {
    if (spec.startsWith(TurnedImages.KIND)) {
      return turned(AngleScheme.parse(spec.substring(TurnedImages.KIND.length())));
    }
    if (spec.startsWith(NoisyImages.KIND)) {
      try {
        String maximum = spec.substring(NoisyImages.KIND.length());
        return noisy(new NoiseSchedule(Double.parseDouble(maximum)));
      } catch (NumberFormatException e) {
        throw unknown(spec, e);
      }
    }
    if (spec.equals(UprightImages.SPEC)) {
      return unconditioned();
    }
    throw unknown(spec, null);
  }

  private static IllegalArgumentException unknown(
      String spec, @Nullable NumberFormatException cause) {
    return new IllegalArgumentException(
        "unknown task '%s', expected turned:ANGLES as in turned:fixed:36, noisy:MAXIMUM or %s"
            .formatted(spec, UprightImages.SPEC),
        cause);
  }

  /** What it is, as text: {@code turned:fixed:36}, {@code noisy:0.5} or {@code unconditioned}. */
  String spec();

  /**
   * How images are shown in training: a function of the arguments alone.
   *
   * @param epoch from 0
   * @param indices of one batch
   */
  Showing training(long seed, int epoch, int[] indices);

  /**
   * How images are shown to judge a network: a function of the arguments alone.
   *
   * @param images how many there are
   */
  Exhibition exhibition(long seed, int images);

  /**
   * Whether a level is one that training shows.
   *
   * @param level as {@link Exhibition#value} has it
   */
  boolean trains(double level);

  /** Whether showing a batch is the same work each time. */
  boolean showsAlike();
}
