package io.loxodrome.ptx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that a pair of braces declares, and the braces around it. */
final class Scope {
  /** {@code prefix<count>}: registers prefix0 to prefix(count - 1). */
  private record Range(Type type, int count) {}

  private final @Nullable Scope parent;
  private final Map<String, Type> single = new HashMap<>();
  private final Map<String, Range> ranges = new HashMap<>();
  private final Map<String, Register> registers = new HashMap<>();
  private final Map<String, Variable> variables = new HashMap<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private final Map<String, List<String>> tables = new HashMap<>();

  Scope(@Nullable Scope parent) {
    this.parent = parent;
  }

  void declare(String register, Type type) {
    single.put(register, type);
  }

  void declareRange(String prefix, int count, Type type) {
    ranges.put(prefix, new Range(type, count));
  }

  void declare(Variable variable) {
    variables.put(variable.name(), variable);
  }

  /** Notes a label; false if it stands there twice. */
  boolean declareLabel(String label, int statement) {
    return labels.putIfAbsent(label, statement) == null;
  }

  void declareTable(String label, List<String> targets) {
    tables.put(label, targets);
  }

  /** The register of that name, or null if no braces around here declare it. */
  @Nullable Register register(String name, Registers all) {
    Register known = registers.get(name);
    if (known != null) {
      return known;
    }
    Type type = declaredType(name);
    if (type != null) {
      Register made = all.add(name, type);
      registers.put(name, made);
      return made;
    }
    return parent == null ? null : parent.register(name, all);
  }

  private @Nullable Type declaredType(String name) {
    Type type = single.get(name);
    if (type != null) {
      return type;
    }
    int digits = name.length();
    while (digits > 0 && Character.isDigit(name.charAt(digits - 1))) {
      digits--;
    }
    Range range = ranges.get(name.substring(0, digits));
    if (range == null || digits == name.length() || name.length() - digits > 9) {
      return null;
    }
    return Integer.parseInt(name.substring(digits)) < range.count() ? range.type() : null;
  }

  @Nullable Variable variable(String name) {
    Variable found = variables.get(name);
    return found != null || parent == null ? found : parent.variable(name);
  }

  /** Index of the statement behind a label, or null. */
  @Nullable Integer label(String name) {
    Integer found = labels.get(name);
    return found != null || parent == null ? found : parent.label(name);
  }

  /** The labels of a table of branch targets, or null. */
  @Nullable List<String> table(String name) {
    List<String> found = tables.get(name);
    return found != null || parent == null ? found : parent.table(name);
  }
}
