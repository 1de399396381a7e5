package io.loxodrome.cuda;

import io.loxodrome.ops.Errors;

/** What a launch left in an array, and what should be there. */
final class Output {
  private final DeviceArray array;
  private final Storage storage;
  private final double[] expected;
  private final int terms;

  /** Takes how many products or sums one number is made of, too. */
  Output(DeviceArray array, Storage storage, double[] expected, int terms) {
    this.array = array;
    this.storage = storage;
    this.expected = expected.clone();
    this.terms = terms;
  }

  /** ||values - expected|| / ||expected||; NaN if a value is. */
  double error() {
    return Errors.relative(Numbers.values(storage, array.read()), expected);
  }

  /** NaN, which is larger than any number here, if a value is. */
  double errorOverBound() {
    return error() / bound();
  }

  /** What the error may be. */
  double bound() {
    return switch (storage) {
      case FLOAT32 -> 1e-6 * Math.sqrt(Math.max(1, terms));
      case BFLOAT16 -> 1e-2;
    };
  }
}
