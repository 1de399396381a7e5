package io.loxodrome.ptx;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The addresses of what a kernel can name: variables and parameters. */
final class Addresses {
  private final Map<Variable, Long> ofVariables;
  private final Map<String, Long> ofParameters = new HashMap<>();

  /** All variables that the kernel names, its own included. */
  Addresses(Map<Variable, Long> ofVariables, Entry entry) {
    this.ofVariables = Map.copyOf(ofVariables);
    for (Parameter parameter : entry.parameters()) {
      ofParameters.put(parameter.name(), Space.PARAM.begin() + parameter.offset());
    }
  }

  /** The address of what a name means there, or null. */
  @Nullable Long find(String name, Scope scope) {
    Variable variable = scope.variable(name);
    return variable == null ? ofParameters.get(name) : ofVariables.get(variable);
  }
}
