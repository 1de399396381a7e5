package io.loxodrome.cli;

import io.loxodrome.nn.ConditioningMethod;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The conditioning methods that an option lists. */
record Methods(List<ConditioningMethod> list) {
  /** Of an option that takes all of them. */
  static final String DESCRIPTION =
      "What is compared, separated by commas: a manifold, none, widened:MANIFOLD, or"
          + " concat, embed or film, each also with :circle (${DEFAULT-VALUE}).";

  Methods {
    list = List.copyOf(list);
  }

  /** Methods from their texts, separated by commas; what is in brackets stays together. */
  static Methods parse(String text) {
    return new Methods(split(text).stream().map(ConditioningMethod::parse).toList());
  }

  /** The parts between commas that are in no brackets. */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case ',' -> {
          if (depth == 0) {
            parts.add(text.substring(start, i));
            start = i + 1;
          }
        }
        default -> {}
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  static final class Converter implements ITypeConverter<Methods> {
    @Override
    public Methods convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
