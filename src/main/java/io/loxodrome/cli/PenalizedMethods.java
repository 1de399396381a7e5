package io.loxodrome.cli;

import io.loxodrome.experiment.PenalizedMethod;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The conditioning methods that an option lists, some of them with a penalty of their own. */
record PenalizedMethods(List<PenalizedMethod> list) {
  PenalizedMethods {
    list = List.copyOf(list);
  }

  /** Methods from their texts, as {@link Methods#parse} has them. */
  static PenalizedMethods parse(String text) {
    return new PenalizedMethods(Methods.split(text).stream().map(PenalizedMethod::parse).toList());
  }

  static final class Converter implements ITypeConverter<PenalizedMethods> {
    @Override
    public PenalizedMethods convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
