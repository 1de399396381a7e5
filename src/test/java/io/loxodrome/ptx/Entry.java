package io.loxodrome.ptx;

import java.util.List;

/**
 * A kernel as it is written.
 *
 * @param mostThreads what .maxntid or .reqntid allows per block
 * @param exactThreads whether it must be that many
 * @param variables declared in its body
 */
record Entry(
    String file,
    String name,
    int line,
    List<Parameter> parameters,
    int mostThreads,
    boolean exactThreads,
    List<Variable> variables,
    List<Statement> statements,
    Scope scope) {

  int parameterBytes() {
    if (parameters.isEmpty()) {
      return 0;
    }
    Parameter last = parameters.get(parameters.size() - 1);
    return last.offset() + last.bytes();
  }
}
