package io.loxodrome.ptx;

import java.util.List;

/** Decodes extended-precision arithmetic: add.cc, addc, sub.cc, subc, mad.cc and madc. */
final class CarryDecoder {
  private CarryDecoder() {}

  static void sum(Opcode opcode, Emitter emit) {
    boolean subtract = opcode.name().startsWith("sub");
    boolean carryIn = opcode.name().endsWith("c");
    boolean carryOut = opcode.take("cc");
    Type type = type(opcode);
    emit.count(InstructionClass.INTEGER);
    emit.requireOperands(3);
    int a = emit.in(1, type);
    int b = emit.in(2, type);
    int zero = emit.constant(type.kind(), 0);
    emit.add(
        new Step(type, Product.NONE, subtract, carryIn, carryOut, emit.out(0, type), a, zero, b));
  }

  static void product(Opcode opcode, Emitter emit) {
    boolean carryIn = opcode.name().equals("madc");
    boolean high = opcode.takeOneOf(List.of("lo", "hi")).equals("hi");
    boolean carryOut = opcode.take("cc");
    Type type = type(opcode);
    emit.count(InstructionClass.INTEGER);
    emit.requireOperands(4);
    int a = emit.in(1, type);
    int b = emit.in(2, type);
    int c = emit.in(3, type);
    Product product;
    if (high) {
      product = type.signed() ? Product.HIGH_SIGNED : Product.HIGH_UNSIGNED;
    } else {
      product = Product.LOW;
    }
    emit.add(new Step(type, product, false, carryIn, carryOut, emit.out(0, type), a, b, c));
  }

  private static Type type(Opcode opcode) {
    Type type = opcode.takeType();
    opcode.end();
    if (!List.of(Type.U32, Type.S32, Type.U64, Type.S64).contains(type)) {
      throw opcode.unknown();
    }
    return type;
  }

  private enum Product {
    NONE,
    LOW,
    HIGH_SIGNED,
    HIGH_UNSIGNED
  }

  /** target = (product of a and b, or a) plus or minus c, with the carry flag. */
  private static final class Step extends Instruction {
    private final Type type;
    private final Product product;
    private final boolean subtract;
    private final boolean carryIn;
    private final boolean carryOut;
    private final int target;
    private final int a;
    private final int b;
    private final int c;

    Step(
        Type type,
        Product product,
        boolean subtract,
        boolean carryIn,
        boolean carryOut,
        int target,
        int a,
        int b,
        int c) {
      this.type = type;
      this.product = product;
      this.subtract = subtract;
      this.carryIn = carryIn;
      this.carryOut = carryOut;
      this.target = target;
      this.a = a;
      this.b = b;
      this.c = c;
    }

    @Override
    void execute(Warp warp) {
      Kind kind = type.kind();
      for (int m = warp.mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        long left = left(kind.get(warp.row(a), lane), kind.get(warp.row(b), lane));
        long right = kind.get(warp.row(c), lane);
        long carry = carryIn ? (warp.carry >>> lane) & 1 : 0;
        kind.put(warp.row(target), lane, subtract ? left - right - carry : left + right + carry);
        if (carryOut) {
          int flag = carries(left, right, carry) ? 1 : 0;
          warp.carry = (warp.carry & ~(1 << lane)) | (flag << lane);
        }
      }
    }

    private long left(long x, long y) {
      boolean wide = type.bytes() == 8;
      return switch (product) {
        case NONE -> x;
        case LOW -> x * y;
        case HIGH_SIGNED -> wide ? Math.multiplyHigh(x, y) : (x * y) >> 32;
        case HIGH_UNSIGNED ->
            wide
                ? IntegerOperations.multiplyHighUnsigned(x, y)
                : ((x & 0xffffffffL) * (y & 0xffffffffL)) >>> 32;
      };
    }

    private boolean carries(long left, long right, long carry) {
      if (type.bytes() == 4) {
        long x = left & 0xffffffffL;
        long y = right & 0xffffffffL;
        return ((subtract ? x - y - carry : x + y + carry) >>> 32) != 0;
      }
      if (subtract) {
        int order = Long.compareUnsigned(left, right);
        return order < 0 || (order == 0 && carry != 0);
      }
      long sum = left + right;
      return Long.compareUnsigned(sum, left) < 0 || (carry != 0 && sum == -1);
    }
  }
}
