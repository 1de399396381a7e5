package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An instruction, or a few in a row, with values for its registers worked out by hand.
 *
 * @param text the instructions, separated by semicolons
 * @param inputs the registers that are read before anything is written to them, in the order in
 *     which they appear
 * @param outputs the registers that are written and not read by a later instruction, in the order
 *     in which they appear
 * @param rows one a line: the inputs' values, an arrow, the outputs'
 */
record InstructionCase(String text, List<String> inputs, List<String> outputs, List<String> rows) {
  private static final Pattern STATEMENT =
      Pattern.compile("(?:(\\w+):)?\\s*(@!?%\\w+)?\\s*([a-z][\\w.:]*)?\\s*(.*)");

  /** Instructions whose first operand is no destination. */
  private static final Pattern WITHOUT_DESTINATION =
      Pattern.compile("(st|red|bra|bar\\.sync|bar\\.warp|membar|fence|prefetch)(\\..*)?");

  private static final Pattern BARRIER = Pattern.compile("\\bbar\\.");

  /**
   * Reads a table: an instruction starts a line, its rows are indented below it, {@code #} starts a
   * comment.
   */
  static List<InstructionCase> table(String table) {
    List<InstructionCase> cases = new ArrayList<>();
    for (String line : table.lines().toList()) {
      String bare = line.replaceFirst("#.*", "");
      if (bare.isBlank()) {
        continue;
      }
      if (Character.isWhitespace(bare.charAt(0))) {
        cases.get(cases.size() - 1).rows.add(bare.strip());
      } else {
        cases.add(of(bare.strip()));
      }
    }
    return cases;
  }

  private static InstructionCase of(String text) {
    Set<String> inputs = new LinkedHashSet<>();
    Set<String> written = new LinkedHashSet<>();
    Set<String> outputs = new LinkedHashSet<>();
    for (String statement : text.split(";", -1)) {
      Matcher parts = match(statement);
      boolean guarded = parts.group(2) != null;
      String operands = parts.group(4);
      int firstEnds = hasDestination(parts) ? endOfFirst(operands) : 0;
      List<String> targets = registers(operands.substring(0, firstEnds));
      List<String> sources = registers(operands.substring(firstEnds));
      List<String> read = new ArrayList<>(guarded ? registers(parts.group(2)) : List.of());
      read.addAll(guarded ? targets : List.of());
      read.addAll(sources);
      read.stream().filter(register -> !written.contains(register)).forEach(inputs::add);
      sources.forEach(outputs::remove);
      written.addAll(targets);
      outputs.addAll(targets);
    }
    return new InstructionCase(text, List.copyOf(inputs), List.copyOf(outputs), new ArrayList<>());
  }

  private static Matcher match(String statement) {
    Matcher parts = STATEMENT.matcher(statement.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException("no instruction: " + statement);
    }
    return parts;
  }

  private static boolean hasDestination(Matcher parts) {
    return parts.group(3) != null && !WITHOUT_DESTINATION.matcher(parts.group(3)).matches();
  }

  private static int endOfFirst(String operands) {
    int depth = 0;
    for (int i = 0; i < operands.length(); i++) {
      char at = operands.charAt(i);
      depth += at == '{' ? 1 : at == '}' ? -1 : 0;
      if (at == ',' && depth == 0) {
        return i;
      }
    }
    return operands.length();
  }

  private static List<String> registers(String operands) {
    return RegisterKind.REGISTER.matcher(operands).results().map(hit -> hit.group()).toList();
  }

  /** The opcodes with all their modifiers. */
  Set<String> forms() {
    Set<String> forms = new LinkedHashSet<>();
    for (String statement : text.split(";", -1)) {
      String form = match(statement).group(3);
      if (form != null) {
        forms.add(form);
      }
    }
    return forms;
  }

  /** Whether each instruction can be given a guard. */
  boolean canBeGuarded() {
    return canBeJumpedOver() && !text.contains("@") && !text.contains(": ");
  }

  /** Whether some threads of a warp may leave the instructions out. */
  boolean canBeJumpedOver() {
    return !BARRIER.matcher(text).find();
  }

  /** The instructions, each with a guard before it. */
  String guardedBy(String guard) {
    return text.lines()
        .flatMap(line -> List.of(line.split(";", -1)).stream())
        .map(statement -> "@" + guard + " " + statement.strip() + ";")
        .collect(Collectors.joining("\n  "));
  }
}
