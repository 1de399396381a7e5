package io.loxodrome.ptx;

import java.util.Map;

/**
 * Operations on whole rows of registers, lane by lane.
 *
 * <p>They may compute in lanes that are not active; whoever calls them keeps only what counts. So
 * none of them may fail on any input.
 */
final class Rows {
  private Rows() {}

  /** target = f(a). */
  @FunctionalInterface
  interface Unary<D, A> {
    void apply(D target, A a);
  }

  /** target = f(a, b). */
  @FunctionalInterface
  interface Binary<D, A, B> {
    void apply(D target, A a, B b);
  }

  /** target = f(a, b, c). */
  @FunctionalInterface
  interface Ternary<D, A, B, C> {
    void apply(D target, A a, B b, C c);
  }

  /** Bit i of the result says whether lane i's values compare so. */
  @FunctionalInterface
  interface Comparison<A> {
    int compare(A a, A b);
  }

  /** The operation of that name, which must exist. */
  static <T> T named(Map<String, T> operations, String name) {
    T operation = operations.get(name);
    if (operation == null) {
      throw new IllegalStateException("no operation " + name);
    }
    return operation;
  }

  /** target = f(a), as an instruction. */
  static final class UnaryStep<D, A> extends Instruction {
    private final Unary<D, A> function;
    private final Kind kind;
    private final int target;
    private final int a;

    UnaryStep(Unary<D, A> function, Kind kind, int target, int a) {
      this.function = function;
      this.kind = kind;
      this.target = target;
      this.a = a;
    }

    @Override
    void execute(Warp warp) {
      D row = warp.row(target);
      if (warp.full) {
        function.apply(row, warp.row(a));
      } else {
        D scratch = warp.scratch(kind);
        function.apply(scratch, warp.row(a));
        kind.blend(scratch, row, warp.mask);
      }
    }
  }

  /** target = f(a, b), as an instruction. */
  static final class BinaryStep<D, A, B> extends Instruction {
    private final Binary<D, A, B> function;
    private final Kind kind;
    private final int target;
    private final int a;
    private final int b;

    BinaryStep(Binary<D, A, B> function, Kind kind, int target, int a, int b) {
      this.function = function;
      this.kind = kind;
      this.target = target;
      this.a = a;
      this.b = b;
    }

    @Override
    void execute(Warp warp) {
      D row = warp.row(target);
      if (warp.full) {
        function.apply(row, warp.row(a), warp.row(b));
      } else {
        D scratch = warp.scratch(kind);
        function.apply(scratch, warp.row(a), warp.row(b));
        kind.blend(scratch, row, warp.mask);
      }
    }
  }

  /** target = f(a, b, c), as an instruction. */
  static final class TernaryStep<D, A, B, C> extends Instruction {
    private final Ternary<D, A, B, C> function;
    private final Kind kind;
    private final int target;
    private final int a;
    private final int b;
    private final int c;

    TernaryStep(Ternary<D, A, B, C> function, Kind kind, int target, int a, int b, int c) {
      this.function = function;
      this.kind = kind;
      this.target = target;
      this.a = a;
      this.b = b;
      this.c = c;
    }

    @Override
    void execute(Warp warp) {
      D row = warp.row(target);
      if (warp.full) {
        function.apply(row, warp.row(a), warp.row(b), warp.row(c));
      } else {
        D scratch = warp.scratch(kind);
        function.apply(scratch, warp.row(a), warp.row(b), warp.row(c));
        kind.blend(scratch, row, warp.mask);
      }
    }
  }
}
