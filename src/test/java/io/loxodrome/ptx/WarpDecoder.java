package io.loxodrome.ptx;

import java.util.List;

/** Decodes what the lanes of a warp do together, and fences. */
final class WarpDecoder {
  private WarpDecoder() {}

  static void shfl(Opcode opcode, Emitter emit) {
    opcode.takeOneOf(List.of("sync"));
    String mode = opcode.takeOneOf(List.of("up", "down", "bfly", "idx"));
    opcode.takeOneOf(List.of("b32"));
    opcode.end();
    emit.requireOperands(5);
    int a = emit.in(1, Type.B32);
    int b = emit.in(2, Type.B32);
    int c = emit.in(3, Type.B32);
    int members = emit.in(4, Type.B32);
    int inRange = -1;
    Operand result = emit.operand(0);
    if (result instanceof Operand.Pair pair) {
      inRange = emit.outPredicate(pair.second());
      result = new Operand.Name(pair.first(), 0);
    }
    emit.add(
        new Shuffle(
            emit.statement(),
            mode,
            emit.out(result, Type.B32, Kind.INT),
            inRange,
            a,
            b,
            c,
            members));
  }

  static void vote(Opcode opcode, Emitter emit) {
    opcode.takeOneOf(List.of("sync"));
    String mode = opcode.takeOneOf(List.of("all", "any", "uni", "ballot"));
    boolean ballot = mode.equals("ballot");
    opcode.takeOneOf(List.of(ballot ? "b32" : "pred"));
    opcode.end();
    emit.requireOperands(3);
    Terminator.Guard vote = emit.inPredicate(1);
    int members = emit.in(2, Type.B32);
    int target = ballot ? emit.out(0, Type.B32) : emit.outPredicate(0);
    emit.add(new Vote(emit.statement(), mode, target, vote, members));
  }

  static void activemask(Opcode opcode, Emitter emit) {
    opcode.takeOneOf(List.of("b32"));
    opcode.end();
    emit.requireOperands(1);
    emit.add(new ActiveMask(emit.out(0, Type.B32)));
  }

  /** bar.warp.sync. */
  static void inStep(Opcode opcode, Emitter emit) {
    opcode.takeOneOf(List.of("warp"));
    opcode.takeOneOf(List.of("sync"));
    opcode.end();
    emit.requireOperands(1);
    emit.count(InstructionClass.BARRIER);
    emit.add(new InStep(emit.statement(), emit.in(0, Type.B32)));
  }

  /** membar and fence: blocks and warps run in turn, so memory is always in order. */
  static void fence(Opcode opcode, Emitter emit) {
    if (opcode.name().equals("membar")) {
      opcode.takeOneOf(List.of("cta", "gl", "sys"));
    } else {
      opcode.takeAny(List.of("acq_rel", "sc"));
      opcode.takeOneOf(List.of("cta", "cluster", "gpu", "sys"));
    }
    opcode.end();
    emit.requireOperands(0);
    emit.count(InstructionClass.BARRIER);
  }

  /** Refuses lanes that are not among the members, and members that are elsewhere. */
  private static void requireMembers(Warp warp, Statement statement, int row) {
    int[] members = warp.row(row);
    for (int m = warp.mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      if (((members[lane] >>> lane) & 1) == 0) {
        throw warp.fault(
            statement,
            lane,
            "lane %d is not among the members 0x%x that it names".formatted(lane, members[lane]));
      }
      int missing = members[lane] & warp.live & ~warp.mask;
      if (missing != 0) {
        throw warp.fault(
            statement,
            lane,
            "divergent warp: lanes 0x%x of the members 0x%x are elsewhere"
                .formatted(missing, members[lane]));
      }
    }
  }

  private static final class Shuffle extends Instruction {
    private final Statement statement;
    private final String mode;
    private final int target;
    private final int inRange;
    private final int a;
    private final int b;
    private final int c;
    private final int members;

    Shuffle(
        Statement statement,
        String mode,
        int target,
        int inRange,
        int a,
        int b,
        int c,
        int members) {
      this.statement = statement;
      this.mode = mode;
      this.target = target;
      this.inRange = inRange;
      this.a = a;
      this.b = b;
      this.c = c;
      this.members = members;
    }

    @Override
    void execute(Warp warp) {
      requireMembers(warp, statement, members);
      int[] values = warp.row(a);
      int[] offsets = warp.row(b);
      int[] limits = warp.row(c);
      int[] named = warp.row(members);
      int[] result = warp.scratch(Kind.INT);
      int found = 0;
      for (int m = warp.mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        int source = source(lane, offsets[lane] & 31, limits[lane]);
        if (source >= 0) {
          found |= 1 << lane;
        } else {
          source = lane;
        }
        if (((warp.mask & named[lane]) >>> source & 1) == 0) {
          throw warp.fault(
              statement, lane, "shuffle from lane %d, which does not take part".formatted(source));
        }
        result[lane] = values[source];
      }
      Kind.INT.blend(result, warp.row(target), warp.mask);
      if (inRange >= 0) {
        int before = warp.predicates[inRange];
        warp.predicates[inRange] = (before & ~warp.mask) | found;
      }
    }

    /** The lane to read from, or -1 if that is out of the lane's segment. */
    private int source(int lane, int offset, int limits) {
      int segment = (limits >>> 8) & 31;
      int clamp = limits & 31;
      int first = lane & segment;
      int last = first | (clamp & ~segment);
      int source =
          switch (mode) {
            case "up" -> lane - offset;
            case "down" -> lane + offset;
            case "bfly" -> lane ^ offset;
            default -> first | (offset & ~segment);
          };
      boolean within = mode.equals("up") ? source >= last : source <= last;
      return within ? source : -1;
    }
  }

  private static final class Vote extends Instruction {
    private final Statement statement;
    private final String mode;
    private final int target;
    private final Terminator.Guard vote;
    private final int members;

    Vote(Statement statement, String mode, int target, Terminator.Guard vote, int members) {
      this.statement = statement;
      this.mode = mode;
      this.target = target;
      this.vote = vote;
      this.members = members;
    }

    @Override
    void execute(Warp warp) {
      requireMembers(warp, statement, members);
      int yes = vote.lanes(warp);
      int[] named = warp.row(members);
      int result = 0;
      for (int m = warp.mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        int voters = named[lane] & warp.mask;
        int inFavour = yes & voters;
        if (mode.equals("ballot")) {
          warp.<int[]>row(target)[lane] = inFavour;
        } else {
          result |= (decides(voters, inFavour) ? 1 : 0) << lane;
        }
      }
      if (!mode.equals("ballot")) {
        warp.predicates[target] = (warp.predicates[target] & ~warp.mask) | result;
      }
    }

    private boolean decides(int voters, int inFavour) {
      return switch (mode) {
        case "all" -> inFavour == voters;
        case "any" -> inFavour != 0;
        default -> inFavour == 0 || inFavour == voters;
      };
    }
  }

  private static final class ActiveMask extends Instruction {
    private final int target;

    ActiveMask(int target) {
      this.target = target;
    }

    @Override
    void execute(Warp warp) {
      int[] row = warp.row(target);
      for (int m = warp.mask; m != 0; m &= m - 1) {
        row[Integer.numberOfTrailingZeros(m)] = warp.mask;
      }
    }
  }

  /** Orders what the warp's threads did before; where only some of them meet it orders nothing. */
  private static final class InStep extends Instruction {
    private final Statement statement;
    private final int members;

    InStep(Statement statement, int members) {
      this.statement = statement;
      this.members = members;
    }

    @Override
    void execute(Warp warp) {
      requireMembers(warp, statement, members);
      int named = warp.live;
      int[] row = warp.row(members);
      for (int m = warp.mask; m != 0; m &= m - 1) {
        named &= row[Integer.numberOfTrailingZeros(m)];
      }
      if (warp.full && named == warp.live) {
        warp.inStep();
      }
    }
  }
}
