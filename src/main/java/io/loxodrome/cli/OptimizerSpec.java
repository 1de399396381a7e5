package io.loxodrome.cli;

import io.loxodrome.ops.AdamStep;
import io.loxodrome.train.OptimizerChoice;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An optimiser in one word: its rule, its form and its learning rate, the last two as wanted. */
record OptimizerSpec(OptimizerChoice choice) {
  /** Of an option that lists them. */
  static final String DESCRIPTION =
      "What is compared, separated by commas: sgd, nesterov, adam, adamw or riemannian, then :paper"
          + " or :whitened for the gradient Adam sees, then @RATE (${DEFAULT-VALUE}).";

  private static final Pattern TEXT = Pattern.compile("([a-z]+)(?::([a-z]+))?(?:@([^@]+))?");

  /** For example {@code sgd}, {@code adam:paper} or {@code adamw:whitened@0.0003}. */
  static OptimizerSpec parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no optimiser, expected RULE[:FORM][@RATE] such as sgd or adam:paper@0.001"
              .formatted(text));
    }
    OptimizerChoice known =
        OptimizerChoice.of(constant(OptimizerChoice.Rule.class, matcher.group(1)));
    return new OptimizerSpec(
        new OptimizerChoice(
            known.rule(),
            matcher.group(2) == null
                ? known.form()
                : constant(AdamStep.Form.class, matcher.group(2)),
            matcher.group(3) == null ? known.learningRate() : rate(matcher.group(3)),
            known.momentum(),
            known.weightDecay(),
            known.clip(),
            known.l2(),
            known.layerwise()));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is unknown, expected one of %s"
                        .formatted(
                            name,
                            Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT))));
  }

  private static double rate(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("learning rate '" + text + "' is no number", e);
    }
  }

  static final class Converter implements ITypeConverter<OptimizerSpec> {
    @Override
    public OptimizerSpec convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
