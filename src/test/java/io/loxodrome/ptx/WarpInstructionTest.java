package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The instructions by which the threads of a warp exchange values, on all 32 lanes at once. */
@Tag("ptx")
final class WarpInstructionTest {
  private static final int LANES = 32;

  @TestFactory
  Stream<DynamicTest> exchanges() {
    return InstructionCase.table(WarpInstructions.TABLE).stream()
        .flatMap(
            instruction ->
                instruction.rows().stream()
                    .map(
                        row ->
                            DynamicTest.dynamicTest(
                                instruction.text() + " | " + row, () -> check(instruction, row))));
  }

  private static void check(InstructionCase instruction, String row) {
    String[] parts = row.split(":", -1);
    int active = parts.length == 1 ? -1 : Integer.parseUnsignedInt(parts[0].strip(), 16);
    String[] sides = parts[parts.length - 1].split("->", -1);
    new CaseRun(instruction, active == -1 ? Masking.NONE : Masking.BRANCH, LANES, active)
        .check(perLane(sides[0]), perLane(sides[1]));
  }

  /** Per lane one value from each of the columns, which are separated by semicolons. */
  private static List<List<String>> perLane(String columns) {
    List<List<String>> values =
        columns.isBlank()
            ? List.of()
            : Stream.of(columns.split(";", -1)).map(t -> column(t)).toList();
    return IntStream.range(0, LANES)
        .mapToObj(lane -> values.stream().map(column -> column.get(lane)).toList())
        .toList();
  }

  /** The values of a column: {@code v}, {@code first..last} or {@code v*count}, from lane 0 on. */
  private static List<String> column(String text) {
    List<String> values = new ArrayList<>();
    for (String item : text.strip().split("\\s+", -1)) {
      String[] range = item.split("\\.\\.", -1);
      String[] repeat = item.split("\\*", -1);
      if (range.length == 2) {
        int first = Integer.parseInt(range[0]);
        int last = Integer.parseInt(range[1]);
        IntStream.rangeClosed(0, Math.abs(last - first))
            .forEach(i -> values.add("" + (first + i * Integer.signum(last - first))));
      } else {
        int count = repeat.length == 2 ? Integer.parseInt(repeat[1]) : 1;
        IntStream.range(0, count).forEach(i -> values.add(repeat[0]));
      }
    }
    if (values.size() != LANES) {
      throw new IllegalArgumentException(text + " has " + values.size() + " lanes");
    }
    return values;
  }
}
