package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An instruction's name and its modifiers, which are taken off one by one. */
final class Opcode {
  private final Statement statement;
  private final String name;
  private final List<String> modifiers;

  Opcode(Statement statement) {
    this.statement = statement;
    List<String> parts = List.of(statement.opcode().split("\\.", -1));
    this.name = parts.get(0);
    this.modifiers = new ArrayList<>(parts.subList(1, parts.size()));
  }

  String name() {
    return name;
  }

  /** Takes the first modifier if it is that one. */
  boolean take(String modifier) {
    if (!modifiers.isEmpty() && modifiers.get(0).equals(modifier)) {
      modifiers.remove(0);
      return true;
    }
    return false;
  }

  /** Takes the first modifier if it is one of those, else returns null. */
  @Nullable String takeAny(List<String> choices) {
    return !modifiers.isEmpty() && choices.contains(modifiers.get(0)) ? modifiers.remove(0) : null;
  }

  /** Takes the first modifier, which must be one of those. */
  String takeOneOf(List<String> choices) {
    String taken = takeAny(choices);
    if (taken == null) {
      throw unknown();
    }
    return taken;
  }

  /** Takes the first modifier, which must be a type. */
  Type takeType() {
    Type type = modifiers.isEmpty() ? null : Type.named(modifiers.get(0));
    if (type == null) {
      throw unknown();
    }
    modifiers.remove(0);
    return type;
  }

  /** Refuses modifiers that were not taken. */
  void end() {
    if (!modifiers.isEmpty()) {
      throw unknown();
    }
  }

  /** The error of an instruction that is not known. */
  CudaException unknown() {
    return statement.error("unknown instruction " + statement.opcode());
  }
}
