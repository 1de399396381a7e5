package io.loxodrome.experiment;

import java.io.IOException;
import java.util.List;

/** Some points of a sweep came to nothing; all others are finished and kept. */
public final class SweepException extends IOException {
  private static final long serialVersionUID = 1;

  SweepException(List<String> failures) {
    super(
        "%d of the experiment's parts came to nothing, the others are kept: %s"
            .formatted(failures.size(), String.join("; ", failures)));
  }
}
