package io.loxodrome.ptx;

import java.util.List;
import java.util.Set;

/** Tells arithmetic of integers from that of numbers, which share most names. */
final class ArithmeticDecoder {
  /** What exists in PTX as arithmetic of numbers only. */
  private static final Set<String> FLOATING_ONLY =
      Set.of(
          "fma", "rcp", "sqrt", "rsqrt", "sin", "cos", "lg2", "ex2", "tanh", "copysign", "testp");

  private ArithmeticDecoder() {}

  static void decode(Opcode opcode, Emitter emit) {
    String name = opcode.name();
    if (FLOATING_ONLY.contains(name)) {
      FloatDecoder.decode(opcode, emit);
      return;
    }
    String width = opcode.takeAny(List.of("lo", "hi", "wide", "shiftamt"));
    if (width == null && emitsFloating(emit.statement())) {
      FloatDecoder.decode(opcode, emit);
      return;
    }
    if (width == null && opcode.take("sat")) {
      width = "sat";
    }
    String key = width == null ? name : name + "." + width;
    IntegerDecoder.decode(key, opcode, emit);
  }

  private static boolean emitsFloating(Statement statement) {
    return statement.opcode().endsWith(".f32") || statement.opcode().endsWith(".f64");
  }
}
