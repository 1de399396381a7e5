package io.loxodrome.ptx;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel with a planted fault and its innocent twin, out of one body.
 *
 * <p>Where the body says {@code {this|that}}, the innocent twin has this and the faulty one that.
 */
record Twins(SmallKernel innocent, SmallKernel faulty) {
  private static final Pattern CHOICE = Pattern.compile("\\{([^{|}]*)\\|([^{|}]*)\\}");

  /** Kernels without parameters. */
  static Twins of(String body) {
    return of("", body);
  }

  /** Kernels with parameters as {@link SmallKernel#of} takes them. */
  static Twins of(String parameters, String body) {
    Matcher choice = CHOICE.matcher(body);
    return new Twins(
        SmallKernel.of("innocent", parameters, choice.replaceAll("$1")),
        SmallKernel.of("faulty", parameters, choice.replaceAll("$2")));
  }
}
