package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives a kernel's registers, constants and special registers their rows. */
final class Registers {
  private record Constant(Kind kind, long bits) {}

  private final List<Kind> rows = new ArrayList<>();
  private final List<Register> registers = new ArrayList<>();
  private final Map<Constant, Integer> constants = new HashMap<>();
  private final Map<Special, Integer> specials = new HashMap<>();
  private final Map<Kind, List<Integer>> temporaries = new HashMap<>();
  private final Map<Kind, Integer> temporariesInUse = new HashMap<>();
  private int predicates;

  Register add(String name, Type type) {
    int slot = type == Type.PRED ? predicates++ : newRow(type.kind());
    Register register = new Register(name, type, registers.size(), slot);
    registers.add(register);
    return register;
  }

  private int newRow(Kind kind) {
    rows.add(kind);
    return rows.size() - 1;
  }

  /** A row that holds the same bits in every lane. */
  int constant(Kind kind, long bits) {
    return constants.computeIfAbsent(new Constant(kind, bits), key -> newRow(kind));
  }

  int special(Special special) {
    return specials.computeIfAbsent(special, key -> newRow(key.kind()));
  }

  /** A row that is free until {@link #releaseTemporaries}. */
  int temporary(Kind kind) {
    List<Integer> all = temporaries.computeIfAbsent(kind, key -> new ArrayList<>());
    int used = temporariesInUse.merge(kind, 1, Integer::sum);
    if (used > all.size()) {
      all.add(newRow(kind));
    }
    return all.get(used - 1);
  }

  void releaseTemporaries() {
    temporariesInUse.clear();
  }

  int temporaryPredicate() {
    return predicates++;
  }

  List<Register> all() {
    return registers;
  }

  int predicates() {
    return predicates;
  }

  /** Rows for one warp, constants in place. */
  Object[] newRows() {
    Object[] made = new Object[rows.size()];
    for (int i = 0; i < made.length; i++) {
      made[i] = rows.get(i).newRow();
    }
    constants.forEach((constant, row) -> constant.kind().fill(made[row], constant.bits()));
    return made;
  }

  Kind kind(int row) {
    return rows.get(row);
  }

  /** The special registers that are read, with their rows. */
  Map<Special, Integer> specials() {
    return specials;
  }
}
