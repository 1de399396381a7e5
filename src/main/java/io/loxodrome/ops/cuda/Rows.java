package io.loxodrome.ops.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of an array as one array: where they are if they follow on each other there, else in
 * memory of their own, which a copy for each run of neighbours fills or empties.
 */
final class Rows implements AutoCloseable {
  private static final int ALIGNMENT = 16;

  private final CudaResources resources;
  private final long array;
  private final long rowBytes;
  private final List<Run> runs;
  private final @Nullable Scratch own;

  /** Neighbours in an array: {@code count} rows from {@code first}, as rows from {@code place}. */
  record Run(int first, int count, int place) {}

  private Rows(
      CudaResources resources, long array, long rowBytes, List<Run> runs, @Nullable Scratch own) {
    this.resources = resources;
    this.array = array;
    this.rowBytes = rowBytes;
    this.runs = runs;
    this.own = own;
  }

  /**
   * Nothing is copied yet.
   *
   * @param array its address, or 0 for none: these rows have the address 0 then
   * @param numbers of the rows, ascending, at least one
   */
  static Rows of(CudaResources resources, long array, long rowBytes, List<Integer> numbers) {
    List<Run> runs = runs(numbers);
    long start = array + runs.get(0).first() * rowBytes;
    boolean together = runs.size() == 1 && start % ALIGNMENT == 0;
    boolean inPlace = array == 0 || rowBytes == 0 || together;
    return new Rows(
        resources,
        array,
        rowBytes,
        runs,
        inPlace ? null : resources.memory().scratch(numbers.size() * rowBytes));
  }

  /** Ascending numbers as runs of neighbours. */
  static List<Run> runs(List<Integer> numbers) {
    List<Run> runs = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= numbers.size(); i++) {
      if (i == numbers.size() || numbers.get(i) != numbers.get(i - 1) + 1) {
        runs.add(new Run(numbers.get(start), i - start, start));
        start = i;
      }
    }
    return runs;
  }

  long address() {
    if (own != null) {
      return own.address();
    }
    return array == 0 ? 0 : array + runs.get(0).first() * rowBytes;
  }

  /** Brings the rows together. */
  void gather() {
    if (own != null) {
      for (Run run : runs) {
        copy(inArray(run), inOwn(own, run), run);
      }
    }
  }

  /** Takes the rows back to where they belong. */
  void scatter() {
    if (own != null) {
      for (Run run : runs) {
        copy(inOwn(own, run), inArray(run), run);
      }
    }
  }

  private long inArray(Run run) {
    return array + run.first() * rowBytes;
  }

  private long inOwn(Scratch own, Run run) {
    return own.address() + run.place() * rowBytes;
  }

  private void copy(long source, long target, Run run) {
    resources.driver().copy(source, target, run.count() * rowBytes, resources.stream());
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
