package io.loxodrome.ptx;

/** Instructions that read or write predicates. */
final class PredicateSteps {
  private PredicateSteps() {}

  /** How a comparison's result and another predicate are combined. */
  enum Combination {
    NONE,
    AND,
    OR,
    XOR;

    int apply(int compared, int other) {
      return switch (this) {
        case NONE -> compared;
        case AND -> compared & other;
        case OR -> compared | other;
        case XOR -> compared ^ other;
      };
    }
  }

  private static void set(Warp warp, int predicate, int value) {
    int[] predicates = warp.predicates;
    predicates[predicate] = (predicates[predicate] & ~warp.mask) | (value & warp.mask);
  }

  private static int get(Warp warp, Terminator.Guard guard) {
    int value = warp.predicates[guard.predicate()];
    return guard.negated() ? ~value : value;
  }

  /** setp without a second result. */
  static final class Compare<A> extends Instruction {
    private final Rows.Comparison<A> comparison;
    private final int target;
    private final int a;
    private final int b;

    Compare(Rows.Comparison<A> comparison, int target, int a, int b) {
      this.comparison = comparison;
      this.target = target;
      this.a = a;
      this.b = b;
    }

    @Override
    void execute(Warp warp) {
      set(warp, target, comparison.compare(warp.row(a), warp.row(b)));
    }
  }

  /** setp with a combination or a second result, which combines the opposite. */
  static final class CompareAndCombine<A> extends Instruction {
    private final Rows.Comparison<A> comparison;
    private final Combination combination;
    private final Terminator.Guard other;
    private final int target;
    private final int opposite;
    private final int a;
    private final int b;

    CompareAndCombine(
        Rows.Comparison<A> comparison,
        Combination combination,
        Terminator.Guard other,
        int target,
        int opposite,
        int a,
        int b) {
      this.comparison = comparison;
      this.combination = combination;
      this.other = other;
      this.target = target;
      this.opposite = opposite;
      this.a = a;
      this.b = b;
    }

    @Override
    void execute(Warp warp) {
      int compared = comparison.compare(warp.row(a), warp.row(b));
      int combined = combination == Combination.NONE ? 0 : get(warp, other);
      set(warp, target, combination.apply(compared, combined));
      set(warp, opposite, combination.apply(~compared, combined));
    }
  }

  /** Logic of predicates. */
  enum Logic {
    AND,
    OR,
    XOR,
    NOT,
    MOVE
  }

  /** and.pred and its like; what has one operand has it twice. */
  static final class Combine extends Instruction {
    private final Logic logic;
    private final int target;
    private final Terminator.Guard a;
    private final Terminator.Guard b;

    Combine(Logic logic, int target, Terminator.Guard a, Terminator.Guard b) {
      this.logic = logic;
      this.target = target;
      this.a = a;
      this.b = b;
    }

    @Override
    void execute(Warp warp) {
      int x = get(warp, a);
      int y = get(warp, b);
      int value =
          switch (logic) {
            case AND -> x & y;
            case OR -> x | y;
            case XOR -> x ^ y;
            case NOT -> ~x;
            case MOVE -> x;
          };
      set(warp, target, value);
    }
  }

  /** A predicate that is the same for all. */
  static final class Assign extends Instruction {
    private final int target;
    private final int value;

    Assign(int target, boolean value) {
      this.target = target;
      this.value = value ? -1 : 0;
    }

    @Override
    void execute(Warp warp) {
      set(warp, target, value);
    }
  }

  /** selp: a where the predicate holds, else b. */
  static final class Select extends Instruction {
    private final Kind kind;
    private final int target;
    private final int a;
    private final int b;
    private final Terminator.Guard chooser;

    Select(Kind kind, int target, int a, int b, Terminator.Guard chooser) {
      this.kind = kind;
      this.target = target;
      this.a = a;
      this.b = b;
      this.chooser = chooser;
    }

    @Override
    void execute(Warp warp) {
      int choice = get(warp, chooser);
      switch (kind) {
        case INT -> ints(warp, choice);
        case FLOAT -> floats(warp, choice);
        case LONG, DOUBLE -> {
          Object row = warp.row(target);
          if (target != a) {
            kind.blend(warp.row(a), row, choice & warp.mask);
          }
          if (target != b) {
            kind.blend(warp.row(b), row, ~choice & warp.mask);
          }
        }
      }
    }

    private void ints(Warp warp, int choice) {
      int[] x = warp.row(a);
      int[] y = warp.row(b);
      int[] row = warp.row(target);
      int[] result = warp.full ? row : warp.scratch(kind);
      for (int i = 0; i < Warp.LANES; i++) {
        result[i] = ((choice >>> i) & 1) != 0 ? x[i] : y[i];
      }
      if (!warp.full) {
        kind.blend(result, row, warp.mask);
      }
    }

    private void floats(Warp warp, int choice) {
      float[] x = warp.row(a);
      float[] y = warp.row(b);
      float[] row = warp.row(target);
      float[] result = warp.full ? row : warp.scratch(kind);
      for (int i = 0; i < Warp.LANES; i++) {
        result[i] = ((choice >>> i) & 1) != 0 ? x[i] : y[i];
      }
      if (!warp.full) {
        kind.blend(result, row, warp.mask);
      }
    }
  }
}
