package io.loxodrome.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads declarations of variables. */
final class DeclarationParser {
  private final TokenReader in;

  DeclarationParser(TokenReader in) {
    this.in = in;
  }

  /** The type that a directive names. */
  Type requireType(Lexer.Token word) {
    Type type = Type.named(word.text().substring(1));
    if (type == null) {
      throw in.error(word, "a type that is not supported");
    }
    return type;
  }

  /** The product of what follows in brackets; 0 for an empty pair, -1 without any. */
  int arrayElements() {
    if (!in.peek().is("[")) {
      return -1;
    }
    long product = 1;
    while (in.accept("[")) {
      product *= in.peek().is("]") ? 0 : in.integer();
      in.expect("]");
    }
    return Math.toIntExact(product);
  }

  /**
   * Takes a variable's declaration.
   *
   * @param external whether it is said to lie elsewhere
   */
  Variable variable(boolean external) {
    Lexer.Token spaceToken = in.next();
    Space space =
        switch (spaceToken.text()) {
          case ".global" -> Space.GLOBAL;
          case ".const" -> Space.CONST;
          case ".shared" -> Space.SHARED;
          default -> Space.LOCAL;
        };
    int alignment = 1;
    int vector = 1;
    Type type = null;
    while (in.peek().text().startsWith(".")) {
      Lexer.Token word = in.next();
      switch (word.text()) {
        case ".align" -> alignment = (int) in.integer();
        case ".v2" -> vector = 2;
        case ".v4" -> vector = 4;
        default -> type = requireType(word);
      }
    }
    Lexer.Token variableName = in.expectKind(Lexer.Kind.WORD);
    if (type == null) {
      throw in.error(variableName, "a variable without a type");
    }
    int elements = arrayElements();
    if (external && (space != Space.SHARED || elements != 0)) {
      throw in.error(variableName, "only shared memory without a size can be external");
    }
    int bytes = type.bytes() * vector * Math.abs(elements);
    ByteBuffer initial = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.accept("=")) {
      initialValues(type, initial);
    }
    in.expect(";");
    return new Variable(
        variableName.text(),
        space,
        Math.max(alignment, type.bytes() * vector),
        bytes,
        initial.array());
  }

  private void initialValues(Type type, ByteBuffer target) {
    if (in.accept("{")) {
      while (!in.accept("}")) {
        initialValues(type, target);
        in.accept(",");
      }
      return;
    }
    Lexer.Token at = in.peek();
    Operand value = in.operand();
    long bits;
    if (value instanceof Operand.IntegerLiteral literal && type.integral()) {
      bits = literal.value();
    } else if (value instanceof Operand.FloatLiteral literal && type == Type.F32) {
      bits = Float.floatToRawIntBits((float) literal.value());
    } else if (value instanceof Operand.FloatLiteral literal && type == Type.F64) {
      bits = Double.doubleToRawLongBits(literal.value());
    } else {
      throw in.error(at, "an initial value that is not supported");
    }
    if (target.remaining() < type.bytes()) {
      throw in.error(at, "more initial values than the variable has room for");
    }
    switch (type.bytes()) {
      case 1 -> target.put((byte) bits);
      case 2 -> target.putShort((short) bits);
      case 4 -> target.putInt((int) bits);
      default -> target.putLong(bits);
    }
  }
}
