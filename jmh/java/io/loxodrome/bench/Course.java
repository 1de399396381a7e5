package io.loxodrome.bench;

/**
 * The losses of a step's first runs, with which it shows before it is timed that it does what it is
 * timed for.
 */
final class Course {
  private static final int STEPS = 20;
  private static final double FALL = 0.9;
  private static final int COMPARED = 6;
  private static final double TOLERANCE = 1e-4;

  private final String name;
  private final double[] losses = new double[STEPS];

  private Course(String name) {
    this.name = name;
  }

  /**
   * Runs the step a few times.
   *
   * @throws IllegalStateException if it does not learn its batch: a loss is not finite or the last
   *     is more than 0.9 of the first
   */
  static Course of(String name, Step step) {
    Course course = new Course(name);
    for (int i = 0; i < STEPS; i++) {
      course.losses[i] = step.run();
    }
    course.requireFalling();
    return course;
  }

  private void requireFalling() {
    double first = losses[0];
    double last = losses[STEPS - 1];
    if (!(Double.isFinite(first) && last <= FALL * first)) {
      throw new IllegalStateException(
          name
              + " does not learn: loss "
              + first
              + ", then "
              + last
              + " after "
              + STEPS
              + " steps");
    }
  }

  /**
   * Requires that another network took the same course, within 1e-4 of each of the first six
   * losses, as it must from the same parameters on the same batch; later on rounding shows.
   *
   * @throws IllegalStateException at the first step whose losses differ
   */
  void requireSame(Course other) {
    for (int i = 0; i < COMPARED; i++) {
      if (!(Math.abs(losses[i] - other.losses[i]) <= TOLERANCE * losses[i])) {
        throw new IllegalStateException(
            "at step %d the loss of %s is %s, that of %s is %s"
                .formatted(i, name, losses[i], other.name, other.losses[i]));
      }
    }
  }
}
