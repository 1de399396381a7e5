package io.loxodrome.ptx;

import java.util.List;
import java.util.function.Function;

/**
 * The PTX around an instruction case: each thread loads the inputs' registers, executes the
 * instructions and stores the outputs' registers.
 *
 * <p>Instructions may also use {@code %global}, {@code %shared} (32 bits), {@code %shared64} and
 * {@code %local}: addresses of 64 bytes that are the thread's own; {@code %source}: the address of
 * 64 bytes 0x80, 0x81, ... 0xbf that are only read; {@code constants}, {@code variable}: 16 bytes
 * 0x80 ... 0x8f; and the parameters {@code word}, {@code wide}, {@code single} and {@code real}.
 */
final class CaseKernel {
  static final String ENTRY = "instruction";

  /** The bytes of a thread's own memory of each kind. */
  static final int OWN_BYTES = 64;

  /** The bytes between two registers' values in memory. */
  static final int SLOT_BYTES = 8;

  static final int MOST_THREADS = 64;

  private static final String FRAME =
      """
      .version 7.4
      .target sm_75
      .address_size 64
      .const .align 16 .b32 constants[4] = {0x83828180, 0x87868584, 0x8b8a8988, 0x8f8e8d8c};
      .global .align 16 .b8 variable[16] = {128, 129, 130, 131, 132, 133, 134, 135,
        136, 137, 138, 139, 140, 141, 142, 143};
      .visible .entry %ENTRY%(
        .param .u64 inputs,
        .param .u64 outputs,
        .param .u64 memory,
        .param .u64 source,
        .param .u32 active,
        .param .u32 word,
        .param .u64 wide,
        .param .f32 single,
        .param .f64 real
      )
      {
        %REGISTERS%
        .reg .pred %guard;
        .reg .b32 %thread, %lane, %flag, %shared;
        .reg .b64 %from, %to, %global, %source, %shared64, %local;
        mov.u32 %thread, %tid.x;
        ld.param.u64 %from, [inputs];
        cvta.to.global.u64 %from, %from;
        mad.wide.u32 %from, %thread, %INPUT_BYTES%, %from;
        ld.param.u64 %to, [outputs];
        cvta.to.global.u64 %to, %to;
        mad.wide.u32 %to, %thread, %OUTPUT_BYTES%, %to;
        %MEMORY%
        %LOADS%
        %INSTRUCTIONS%
        %STORES%
        ret;
      }
      """;

  private static final String OWN_GLOBAL =
      """
      ld.param.u64 %global, [memory];
      cvta.to.global.u64 %global, %global;
      mad.wide.u32 %global, %thread, 64, %global;
      """;

  private static final String SOURCE =
      """
      ld.param.u64 %source, [source];
      cvta.to.global.u64 %source, %source;
      """;

  private static final String OWN_SHARED =
      """
      .shared .align 16 .b8 tile[4096];
      mov.u32 %shared, tile;
      mad.lo.u32 %shared, %thread, 64, %shared;
      mov.u64 %shared64, tile;
      mad.wide.u32 %shared64, %thread, 64, %shared64;
      """;

  private static final String OWN_LOCAL =
      """
      .local .align 16 .b8 depot[64];
      mov.u64 %local, depot;
      """;

  private static final String MASKED =
      """
      ld.param.u32 %flag, [active];
      mov.u32 %lane, %laneid;
      shr.u32 %flag, %flag, %lane;
      and.b32 %flag, %flag, 1;
      setp.ne.u32 %guard, %flag, 0;
      """;

  private CaseKernel() {}

  /** The PTX for a case. */
  static String text(InstructionCase instruction, Masking masking) {
    return FRAME
        .replace("%ENTRY%", ENTRY)
        .replace("%REGISTERS%", lines(List.of(RegisterKind.values()), RegisterKind::declaration))
        .replace("%INPUT_BYTES%", "" + SLOT_BYTES * instruction.inputs().size())
        .replace("%OUTPUT_BYTES%", "" + SLOT_BYTES * instruction.outputs().size())
        .replace("%MEMORY%", memory(instruction.text()))
        .replace("%LOADS%", loads(instruction.inputs()))
        .replace("%INSTRUCTIONS%", instructions(instruction, masking))
        .replace("%STORES%", stores(instruction.outputs()));
  }

  private static <T> String lines(List<T> items, Function<T, String> line) {
    return String.join("\n  ", items.stream().map(line).toList());
  }

  private static String memory(String text) {
    return (text.contains("%global") ? OWN_GLOBAL : "")
        + (text.contains("%source") ? SOURCE : "")
        + (text.contains("%shared") ? OWN_SHARED : "")
        + (text.contains("%local") ? OWN_LOCAL : "");
  }

  private static String loads(List<String> inputs) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < inputs.size(); i++) {
      String register = inputs.get(i);
      text.append(RegisterKind.of(register).load(register, "%from", i * SLOT_BYTES)).append("\n  ");
    }
    return text.toString();
  }

  private static String stores(List<String> outputs) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < outputs.size(); i++) {
      String register = outputs.get(i);
      text.append(RegisterKind.of(register).store(register, "%to", i * SLOT_BYTES)).append("\n  ");
    }
    return text.toString();
  }

  private static String instructions(InstructionCase instruction, Masking masking) {
    String bare = instruction.text().replace("; ", ";\n  ") + ";";
    if (masking == Masking.NONE) {
      return bare;
    }
    List<String> untouched =
        instruction.outputs().stream().filter(out -> !instruction.inputs().contains(out)).toList();
    String before =
        MASKED + lines(untouched, out -> RegisterKind.of(out).fillWithPoison(out)) + "\n  ";
    return masking == Masking.GUARD
        ? before + instruction.guardedBy("%guard")
        : before + "@!%guard bra around;\n  " + bare + "\naround:\n";
  }
}
