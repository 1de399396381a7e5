package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns one statement's operands into rows and collects the steps that execute it.
 *
 * <p>Operations exist for the kind of row that suits their type; where a register is stored
 * otherwise its bits are moved over before or after.
 */
final class Emitter {
  private final Registers registers;
  private final Addresses addresses;
  private final Statement statement;
  private final List<Instruction> steps = new ArrayList<>();
  private final List<Instruction> after = new ArrayList<>();
  private final List<Register> reads = new ArrayList<>();
  private final List<Register> writes = new ArrayList<>();
  private InstructionClass counted = InstructionClass.OTHER;
  private boolean copies;

  Emitter(Registers registers, Addresses addresses, Statement statement) {
    this.registers = registers;
    this.addresses = addresses;
    this.statement = statement;
  }

  Statement statement() {
    return statement;
  }

  CudaException error(String why) {
    return statement.error(why);
  }

  /** The steps and what they read and write. */
  DecodedStatement finish() {
    steps.addAll(after);
    registers.releaseTemporaries();
    Terminator.Guard guard = null;
    Register guardRegister = null;
    if (statement.guard() != null) {
      guardRegister = predicateRegister(statement.guard());
      guard = new Terminator.Guard(guardRegister.slot(), statement.guardNegated());
    }
    return new DecodedStatement(
        statement,
        List.copyOf(steps),
        List.copyOf(reads),
        List.copyOf(writes),
        copies,
        guard,
        guardRegister,
        counted);
  }

  void count(InstructionClass as) {
    counted = as;
  }

  /** Says that this only copies one register, whose being unwritten goes with it. */
  void copies() {
    copies = true;
  }

  void add(Instruction step) {
    steps.add(step);
  }

  // Operands.

  Operand operand(int index) {
    if (index >= statement.operands().size()) {
      throw error("operand %d is missing".formatted(index + 1));
    }
    return statement.operands().get(index);
  }

  /** Refuses any other number of operands. */
  void requireOperands(int count) {
    if (statement.operands().size() != count) {
      throw error("has %d operands, expected %d".formatted(statement.operands().size(), count));
    }
  }

  /** The register an operand names, or null. */
  @Nullable Register register(Operand operand) {
    return operand instanceof Operand.Name name && name.offset() == 0
        ? statement.scope().register(name.text(), registers)
        : null;
  }

  private Register predicateRegister(String name) {
    Register register = statement.scope().register(name, registers);
    if (register == null || !register.predicate()) {
      throw error(name + " is no predicate register");
    }
    return register;
  }

  /** A source of that type, in a row of that type's kind; 16 bits are extended as it says. */
  int in(int index, Type type) {
    Operand operand = operand(index);
    int row = in(operand, type, type.kind());
    if (type.bytes() == 2) {
      return extended(row, type);
    }
    return row;
  }

  /** The row with its lower bits extended to 32 as an 8- or 16-bit type says. */
  int extended(int row, Type type) {
    int temporary = registers.temporary(Kind.INT);
    add(new Rows.UnaryStep<>(Bits.extend(type), Kind.INT, temporary, row));
    return temporary;
  }

  /** A source in a row of some kind, bit by bit. */
  int in(Operand operand, Type type, Kind kind) {
    if (operand instanceof Operand.IntegerLiteral literal) {
      if (type.floating()) {
        throw error("an integer where %s is expected".formatted(type));
      }
      return registers.constant(kind, normal(kind, literal.value()));
    }
    if (operand instanceof Operand.FloatLiteral literal) {
      return registers.constant(kind, bits(literal, type, kind));
    }
    if (!(operand instanceof Operand.Name name)) {
      throw error("an operand that is not supported here");
    }
    Register register = register(operand);
    if (register != null) {
      if (register.predicate()) {
        throw error(name.text() + " is a predicate");
      }
      reads.add(register);
      return converted(register.slot(), register.kind(), kind);
    }
    Special special = Special.named(name.text());
    if (special != null && name.offset() == 0) {
      return converted(registers.special(special), special.kind(), kind);
    }
    Long address = addresses.find(name.text(), statement.scope());
    if (address == null) {
      throw error(name.text() + " is not declared");
    }
    return registers.constant(kind, address + name.offset());
  }

  private static long normal(Kind kind, long value) {
    return kind == Kind.INT || kind == Kind.FLOAT ? (int) value : value;
  }

  private long bits(Operand.FloatLiteral literal, Type type, Kind kind) {
    if (type.integral() && type.bytes() != (literal.single() ? 4 : 8)) {
      throw error("a floating constant where %s is expected".formatted(type));
    }
    return kind == Kind.FLOAT || kind == Kind.INT
        ? Float.floatToRawIntBits((float) literal.value())
        : Double.doubleToRawLongBits(literal.value());
  }

  private int converted(int row, Kind from, Kind to) {
    if (from == to) {
      return row;
    }
    int temporary = registers.temporary(to);
    add(conversion(from, to, false, temporary, row));
    return temporary;
  }

  private Instruction conversion(Kind from, Kind to, boolean signed, int target, int source) {
    Rows.Unary<?, ?> function = Bits.move(from, to, signed);
    if (function == null) {
      throw error("a register of another size");
    }
    return new Rows.UnaryStep<>(function, to, target, source);
  }

  /** Where a result of that type goes, as a row of its kind. */
  int out(int index, Type type) {
    return out(operand(index), type, type.kind());
  }

  /** Where a result goes, as a row of some kind. */
  int out(Operand operand, Type type, Kind kind) {
    if (operand instanceof Operand.Name name && name.text().equals("_")) {
      return registers.temporary(kind);
    }
    Register register = register(operand);
    if (register == null || register.predicate()) {
      throw error("the result needs a register");
    }
    writes.add(register);
    if (register.kind() == kind) {
      return register.slot();
    }
    int temporary = registers.temporary(kind);
    after.add(conversion(kind, register.kind(), type.signed(), register.slot(), temporary));
    return temporary;
  }

  int temporary(Kind kind) {
    return registers.temporary(kind);
  }

  int constant(Kind kind, long bits) {
    return registers.constant(kind, bits);
  }

  int temporaryPredicate() {
    return registers.temporaryPredicate();
  }

  /** A predicate that is read, perhaps negated. */
  Terminator.Guard inPredicate(int index) {
    Operand operand = operand(index);
    boolean negated = operand instanceof Operand.Negated;
    String name;
    if (operand instanceof Operand.Negated negation) {
      name = negation.predicate();
    } else if (operand instanceof Operand.Name plain) {
      name = plain.text();
    } else {
      throw error("operand %d must be a predicate".formatted(index + 1));
    }
    Register register = predicateRegister(name);
    reads.add(register);
    return new Terminator.Guard(register.slot(), negated);
  }

  /** A predicate that is written. */
  int outPredicate(String name) {
    if (name.equals("_")) {
      return registers.temporaryPredicate();
    }
    Register register = predicateRegister(name);
    writes.add(register);
    return register.slot();
  }

  /** A predicate that is written. */
  int outPredicate(int index) {
    if (operand(index) instanceof Operand.Name name) {
      return outPredicate(name.text());
    }
    throw error("operand %d must be a predicate".formatted(index + 1));
  }

  // Memory.

  /** The address operand, as an access of that shape. */
  MemoryAccess.Shape access(int index, Type type, int elements) {
    if (!(operand(index) instanceof Operand.Address address)) {
      throw error("operand %d must be an address".formatted(index + 1));
    }
    return new MemoryAccess.Shape(
        statement, type, elements, in(address.base(), Type.U64, Kind.LONG), address.offset());
  }

  /** Registers that a load writes. */
  MemoryAccess.Slot[] outSlots(int index, Type type, int elements) {
    List<Operand> operands = elements(index, elements);
    MemoryAccess.Slot[] slots = new MemoryAccess.Slot[elements];
    for (int i = 0; i < elements; i++) {
      slots[i] = outSlot(operands.get(i), type);
    }
    return slots;
  }

  /** A register that is written with a value that comes from memory. */
  MemoryAccess.Slot outSlot(Operand operand, Type type) {
    if (operand instanceof Operand.Name name && name.text().equals("_")) {
      return MemoryAccess.Slot.SINK;
    }
    Register register = register(operand);
    if (register == null || register.predicate() || register.type().bytes() < type.bytes()) {
      throw error("the result needs a register of at least %d bytes".formatted(type.bytes()));
    }
    writes.add(register);
    return new MemoryAccess.Slot(register.slot(), register.kind());
  }

  /** Values that a store reads. */
  MemoryAccess.Slot[] inSlots(int index, Type type, int elements) {
    List<Operand> operands = elements(index, elements);
    MemoryAccess.Slot[] slots = new MemoryAccess.Slot[elements];
    for (int i = 0; i < elements; i++) {
      slots[i] = inSlot(operands.get(i), type);
    }
    return slots;
  }

  /** A value that goes to memory. */
  MemoryAccess.Slot inSlot(Operand operand, Type type) {
    Register register = register(operand);
    if (register == null) {
      return new MemoryAccess.Slot(in(operand, type, type.kind()), type.kind());
    }
    if (register.predicate() || register.type().bytes() < type.bytes()) {
      throw error("needs a register of at least %d bytes".formatted(type.bytes()));
    }
    reads.add(register);
    return new MemoryAccess.Slot(register.slot(), register.kind());
  }

  private List<Operand> elements(int index, int count) {
    Operand operand = operand(index);
    List<Operand> result =
        operand instanceof Operand.Vector vector ? vector.elements() : List.of(operand);
    if (result.size() != count) {
      throw error("%d elements, expected %d".formatted(result.size(), count));
    }
    return result;
  }
}
