package io.loxodrome.cli;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.manifold.WeightManifold;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Turns options into what they stand for; what cannot be turned is a usage error. */
final class Converters {
  private Converters() {}

  static final class Manifold implements ITypeConverter<WeightManifold> {
    @Override
    public WeightManifold convert(String value) {
      try {
        return WeightManifold.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  static final class Angles implements ITypeConverter<AngleScheme> {
    @Override
    public AngleScheme convert(String value) {
      try {
        return AngleScheme.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
