package io.loxodrome.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement's steps and the registers they use.
 *
 * @param copies whether it only copies its one source
 * @param counted as what
 */
record DecodedStatement(
    Statement statement,
    List<Instruction> steps,
    List<Register> reads,
    List<Register> writes,
    boolean copies,
    Terminator.@Nullable Guard guard,
    @Nullable Register guardRegister,
    InstructionClass counted) {}
