package io.loxodrome.cuda;

import io.loxodrome.ops.Errors;

/** What a launch left in an array, and what should be there. */
final class Output {
  private final DeviceArray array;
  private final Storage storage;
  private final double[] expected;
  private final int terms;
  private final double size;

  /** Takes how many products or sums one number is made of, too. */
  Output(DeviceArray array, Storage storage, double[] expected, int terms) {
    this(array, storage, expected, terms, Errors.norm(expected));
  }

  private Output(DeviceArray array, Storage storage, double[] expected, int terms, double size) {
    this.array = array;
    this.storage = storage;
    this.expected = expected.clone();
    this.terms = terms;
    this.size = size;
  }

  /**
   * The same output of work whose results may be what is left of larger numbers that cancel: an
   * error is also allowed that operands rounded as coarsely as the bound make.
   *
   * @param rounded what would be there with operands so rounded
   */
  Output orAsFarAs(double[] rounded) {
    double allowed = Errors.absolute(rounded, expected);
    return new Output(array, storage, expected, terms, Math.max(size, allowed / bound()));
  }

  /** ||values - expected|| over the expected numbers' size; NaN if a value is. */
  double error() {
    double error = Errors.absolute(Numbers.values(storage, array.read()), expected);
    return error == 0 ? 0 : error / size;
  }

  /** NaN, which is larger than any number here, if a value is. */
  double errorOverBound() {
    return error() / bound();
  }

  /** What the error may be. */
  double bound() {
    return bound(storage, terms);
  }

  /** What the error of numbers made of so many products or sums may be. */
  static double bound(Storage storage, int terms) {
    return switch (storage) {
      case FLOAT32 -> 1e-6 * Math.sqrt(Math.max(1, terms));
      case BFLOAT16 -> 1e-2;
    };
  }
}
