package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Each instruction against values worked out by hand from the definition of PTX: in two whole
 * warps, in a warp that is not full, with a guard, and with some threads elsewhere.
 */
@Tag("ptx")
final class InstructionTest {
  private static final int EVERY_THREAD = -1;
  private static final int SOME_THREADS = 0x3c5a_a5c3;

  /** All tables of instructions, those that {@link WarpInstructionTest} runs included. */
  static List<String> tables() {
    return List.of(
        IntegerInstructions.TABLE,
        ComparisonInstructions.TABLE,
        FloatInstructions.TABLE,
        ConversionInstructions.TABLE,
        MemoryInstructions.TABLE,
        WarpInstructions.TABLE);
  }

  @TestFactory
  Stream<DynamicTest> integers() {
    return tests(IntegerInstructions.TABLE);
  }

  @TestFactory
  Stream<DynamicTest> comparisons() {
    return tests(ComparisonInstructions.TABLE);
  }

  @TestFactory
  Stream<DynamicTest> floatingPoint() {
    return tests(FloatInstructions.TABLE);
  }

  @TestFactory
  Stream<DynamicTest> conversionsAndMoves() {
    return tests(ConversionInstructions.TABLE);
  }

  @TestFactory
  Stream<DynamicTest> memory() {
    return tests(MemoryInstructions.TABLE);
  }

  private static Stream<DynamicTest> tests(String table) {
    return InstructionCase.table(table).stream()
        .map(instruction -> DynamicTest.dynamicTest(instruction.text(), () -> check(instruction)));
  }

  private static void check(InstructionCase instruction) {
    check(new CaseRun(instruction, Masking.NONE, 64, EVERY_THREAD));
    check(new CaseRun(instruction, Masking.NONE, 31, EVERY_THREAD));
    if (instruction.canBeGuarded()) {
      check(new CaseRun(instruction, Masking.GUARD, 64, SOME_THREADS));
    }
    if (instruction.canBeJumpedOver()) {
      check(new CaseRun(instruction, Masking.BRANCH, 64, SOME_THREADS));
    }
  }

  private static void check(CaseRun run) {
    List<String> rows = run.instruction().rows();
    assertThat(rows).as(run.instruction().text()).isNotEmpty();
    run.check(
        inThreads(run.threads(), rows.stream().map(row -> tokens(row, 0)).toList()),
        inThreads(run.threads(), rows.stream().map(row -> tokens(row, 1)).toList()));
  }

  /** Each thread takes a row, in turn. */
  private static List<List<String>> inThreads(int threads, List<List<String>> rows) {
    return IntStream.range(0, threads).mapToObj(thread -> rows.get(thread % rows.size())).toList();
  }

  private static List<String> tokens(String row, int side) {
    String[] sides = row.split("->", -1);
    return Stream.of(sides[side].split("\\s+", -1)).filter(token -> !token.isEmpty()).toList();
  }
}
