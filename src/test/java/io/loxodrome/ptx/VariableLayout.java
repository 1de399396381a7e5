package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts the variables that a kernel names in place. */
final class VariableLayout {
  private static final int LOCAL_ALIGNMENT = 16;

  private final Map<Variable, Long> addresses;
  private final SharedLayout shared = new SharedLayout();
  private int localBytes;

  /**
   * Places them.
   *
   * @param ofModule addresses of the module's variables in global and constant memory
   */
  VariableLayout(Entry entry, Map<Variable, Long> ofModule) {
    addresses = new HashMap<>(ofModule);
    List<Variable> dynamic = new ArrayList<>();
    for (Variable variable : named(entry)) {
      if (variable.space() == Space.LOCAL) {
        int at = roundUp(localBytes, variable.alignment());
        addresses.put(variable, Space.LOCAL.begin() + at);
        localBytes = at + variable.bytes();
      } else if (variable.space() == Space.SHARED && variable.bytes() == 0) {
        dynamic.add(variable);
      } else if (variable.space() == Space.SHARED) {
        addresses.put(variable, Space.SHARED.begin() + shared.offset(variable));
      }
    }
    localBytes = roundUp(localBytes, LOCAL_ALIGNMENT);
    if (!dynamic.isEmpty()) {
      shared.placeDynamic(dynamic.stream().mapToInt(Variable::alignment).max().orElseThrow());
      dynamic.forEach(
          variable -> addresses.put(variable, Space.SHARED.begin() + shared.dynamicOffset()));
    }
  }

  private static int roundUp(int value, int step) {
    return (value + step - 1) / step * step;
  }

  /** Its own variables and those of the module that it names. */
  private static List<Variable> named(Entry entry) {
    List<Variable> result = new ArrayList<>(entry.variables());
    for (Statement statement : entry.statements()) {
      for (Operand operand : statement.operands()) {
        Operand base = operand instanceof Operand.Address address ? address.base() : operand;
        if (base instanceof Operand.Name name) {
          Variable variable = statement.scope().variable(name.text());
          if (variable != null && !result.contains(variable)) {
            result.add(variable);
          }
        }
      }
    }
    return result;
  }

  /** What names mean as addresses. */
  Addresses addresses(Entry entry) {
    return new Addresses(addresses, entry);
  }

  SharedLayout shared() {
    return shared;
  }

  /** Of local memory, per thread. */
  int localBytes() {
    return localBytes;
  }
}
