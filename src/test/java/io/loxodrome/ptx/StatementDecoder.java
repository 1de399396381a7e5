package io.loxodrome.ptx;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/** Decodes the statements that do not end a basic block. */
final class StatementDecoder {
  /** Decodes one instruction. */
  @FunctionalInterface
  private interface Decode {
    void decode(Opcode opcode, Emitter emit);
  }

  private static final Map<String, Decode> DECODERS =
      Map.ofEntries(
          entry("setp", ComparisonDecoder::setp),
          entry("set", ComparisonDecoder::set),
          entry("selp", ComparisonDecoder::selp),
          entry("slct", ComparisonDecoder::slct),
          entry("mov", MoveDecoder::mov),
          entry("cvta", MoveDecoder::cvta),
          entry("cvt", Conversions::decode),
          entry("prmt", MoveDecoder::prmt),
          entry("shf", MoveDecoder::shf),
          entry("lop3", MoveDecoder::lop3),
          entry("bfi", MoveDecoder::bfi),
          entry("addc", CarryDecoder::sum),
          entry("subc", CarryDecoder::sum),
          entry("madc", CarryDecoder::product),
          entry("ld", MemoryDecoder::load),
          entry("st", MemoryDecoder::store),
          entry("atom", MemoryDecoder::atomic),
          entry("red", MemoryDecoder::atomic),
          entry("shfl", WarpDecoder::shfl),
          entry("vote", WarpDecoder::vote),
          entry("activemask", WarpDecoder::activemask),
          entry("bar", WarpDecoder::inStep),
          entry("membar", WarpDecoder::fence),
          entry("fence", WarpDecoder::fence));

  private static final Set<String> ARITHMETIC =
      Set.of(
          "add",
          "sub",
          "mul",
          "mul24",
          "mad",
          "mad24",
          "div",
          "rem",
          "min",
          "max",
          "neg",
          "abs",
          "and",
          "or",
          "xor",
          "not",
          "cnot",
          "shl",
          "shr",
          "popc",
          "clz",
          "brev",
          "bfind",
          "bfe",
          "sad",
          "fma",
          "rcp",
          "sqrt",
          "rsqrt",
          "sin",
          "cos",
          "lg2",
          "ex2",
          "tanh",
          "copysign",
          "testp");

  private StatementDecoder() {}

  static DecodedStatement decode(Emitter emit) {
    Opcode opcode = new Opcode(emit.statement());
    String name = opcode.name();
    Decode decoder = DECODERS.get(name);
    if (decoder != null) {
      decoder.decode(opcode, emit);
    } else if (!ARITHMETIC.contains(name)) {
      throw opcode.unknown();
    } else if (!emit.statement().opcode().contains(".cc.")) {
      ArithmeticDecoder.decode(opcode, emit);
    } else if (name.equals("mad")) {
      CarryDecoder.product(opcode, emit);
    } else if (name.equals("add") || name.equals("sub")) {
      CarryDecoder.sum(opcode, emit);
    } else {
      throw opcode.unknown();
    }
    return emit.finish();
  }
}
