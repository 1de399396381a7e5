package io.loxodrome.train;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Reads the values that a checkpoint keeps as text by name; every complaint is an
 * IllegalArgumentException that names the value.
 */
record TextFields(Map<String, String> values) {
  private static final String NONE = "none";

  /** How an optional value is written. */
  static String optional(OptionalDouble value) {
    return value.isPresent() ? Double.toString(value.getAsDouble()) : NONE;
  }

  /** How an optional value is written. */
  static String optional(OptionalInt value) {
    return value.isPresent() ? Integer.toString(value.getAsInt()) : NONE;
  }

  /** How a constant is written. */
  static String constant(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'" + name + "' is missing");
    }
    return value;
  }

  int integer(String name) {
    return number(name, Integer::valueOf, "a whole number of 32 bits");
  }

  long longInteger(String name) {
    return number(name, Long::valueOf, "a whole number of 64 bits");
  }

  double real(String name) {
    return number(name, Double::valueOf, "a number");
  }

  /** Numbers with spaces between them. */
  List<Double> reals(String name) {
    return number(
        name,
        text -> Arrays.stream(text.split(" ", -1)).map(Double::valueOf).toList(),
        "numbers with spaces between them");
  }

  /** Whole numbers with spaces between them. */
  List<Long> longIntegers(String name) {
    return number(
        name,
        text -> Arrays.stream(text.split(" ", -1)).map(Long::valueOf).toList(),
        "whole numbers of 64 bits with spaces between them");
  }

  OptionalDouble optionalReal(String name) {
    return isNone(name) ? OptionalDouble.empty() : OptionalDouble.of(real(name));
  }

  OptionalInt optionalInteger(String name) {
    return isNone(name) ? OptionalInt.empty() : OptionalInt.of(integer(name));
  }

  <E extends Enum<E>> E constant(String name, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant(constant).equals(text(name))) {
        return constant;
      }
    }
    throw complaint(name, "one of the known ones");
  }

  private boolean isNone(String name) {
    return text(name).equals(NONE);
  }

  private <T> T number(String name, Function<String, T> conversion, String expected) {
    try {
      return conversion.apply(text(name));
    } catch (NumberFormatException e) {
      throw complaint(name, expected);
    }
  }

  private IllegalArgumentException complaint(String name, String expected) {
    return new IllegalArgumentException(
        "'%s' is '%s', expected %s".formatted(name, text(name), expected));
  }
}
