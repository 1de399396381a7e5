package io.loxodrome.train;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.NoiseSchedule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What networks are trained on: how images are shown to them, with which conditioning value s, and
 * at which levels they are judged.
 */
public sealed interface ImageTask
    permits TurnedImages, TurnedAndScaledImages, NoisyImages, UprightImages {
  /** Images turned by 2 pi s. */
  static ImageTask turned(AngleScheme angles) {
    return new TurnedImages(angles);
  }

  /**
   * Images turned by 2 pi s_1 and shown Z^cos(2 pi s_2) as large.
   *
   * @param most Z, above 1 and at most 16
   * @param angles s_1
   * @param phases s_2
   * @throws IllegalArgumentException if the scale is out of its range
   */
  static ImageTask turnedAndScaled(double most, AngleScheme angles, AngleScheme phases) {
    return new TurnedAndScaledImages(most, angles, phases);
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
    if (spec.startsWith(TurnedAndScaledImages.KIND)) {
      return TurnedAndScaledImages.parse(spec.substring(TurnedAndScaledImages.KIND.length()));
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
        ("unknown task '%s', expected turned:ANGLES as in turned:fixed:36,"
                + " scaled:Z:ANGLES/PHASES, noisy:MAXIMUM or %s")
            .formatted(spec, UprightImages.SPEC),
        cause);
  }

  /**
   * What it is, as text: {@code turned:fixed:36}, {@code scaled:1.5:fixed:36/fixed:12}, {@code
   * noisy:0.5} or {@code unconditioned}.
   */
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
   * @param place of the level, as {@link Exhibition#place} has it
   */
  boolean trains(List<Double> place);

  /** d, how many conditioning values an image has. */
  default int dimensions() {
    return 1;
  }

  /** Whether showing a batch is the same work each time. */
  boolean showsAlike();
}
