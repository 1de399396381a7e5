package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.ArrayList;
import java.util.List;

/** Reads a file's tokens one after another, and the operands they make up. */
final class TokenReader {
  private final String name;
  private final String[] lines;
  private final List<Lexer.Token> tokens;
  private int position;

  /** At the first token. */
  TokenReader(String name, String ptx) {
    this.name = name;
    this.lines = ptx.split("\n", -1);
    this.tokens = Lexer.tokens(name, ptx);
  }

  /** What errors call the file. */
  String name() {
    return name;
  }

  /** A line's text. */
  String line(int number) {
    return number <= lines.length ? lines[number - 1].strip() : "";
  }

  /** Whether the token behind the next one is that one. */
  boolean isSecond(String text) {
    return position + 1 < tokens.size() && tokens.get(position + 1).is(text);
  }

  /** Takes what is left of a line. */
  void skipLine(int line) {
    while (peek().line() == line && peek().kind() != Lexer.Kind.END) {
      next();
    }
  }

  /** Takes an operand. */
  Operand operand() {
    Lexer.Token token = next();
    if (token.kind() == Lexer.Kind.NUMBER) {
      return literal(token, false);
    }
    if (token.kind() == Lexer.Kind.WORD) {
      return named(token.text());
    }
    return switch (token.text()) {
      case "-" -> literal(expectKind(Lexer.Kind.NUMBER), true);
      case "!" -> new Operand.Negated(expectKind(Lexer.Kind.WORD).text());
      case "{" -> vector();
      case "[" -> address();
      default -> throw error(token, "an operand that is not supported");
    };
  }

  private Operand named(String text) {
    if (accept("|")) {
      return new Operand.Pair(text, expectKind(Lexer.Kind.WORD).text());
    }
    return new Operand.Name(text, offset());
  }

  private long offset() {
    if (accept("+")) {
      return accept("-") ? -integer() : integer();
    }
    return peek().is("-") ? integer() : 0;
  }

  private Operand vector() {
    List<Operand> elements = new ArrayList<>();
    do {
      elements.add(operand());
    } while (accept(","));
    expect("}");
    return new Operand.Vector(List.copyOf(elements));
  }

  private Operand address() {
    Operand base = operand();
    long offset = 0;
    if (base instanceof Operand.Name named) {
      base = new Operand.Name(named.text(), 0);
      offset = named.offset();
    }
    expect("]");
    return new Operand.Address(base, offset);
  }

  /** Takes an integer, perhaps negative. */
  long integer() {
    boolean negative = accept("-");
    Lexer.Token token = expectKind(Lexer.Kind.NUMBER);
    if (literal(token, negative) instanceof Operand.IntegerLiteral literal) {
      return literal.value();
    }
    throw error(token, "expected an integer");
  }

  private Operand literal(Lexer.Token token, boolean negative) {
    String text = token.text();
    try {
      if (text.startsWith("0f") || text.startsWith("0F")) {
        float value = Float.intBitsToFloat(Integer.parseUnsignedInt(text.substring(2), 16));
        return new Operand.FloatLiteral(negative ? -value : value, true);
      }
      if (text.startsWith("0d") || text.startsWith("0D")) {
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(text.substring(2), 16));
        return new Operand.FloatLiteral(negative ? -value : value, false);
      }
      if (text.contains(".")) {
        double value = Double.parseDouble(text);
        return new Operand.FloatLiteral(negative ? -value : value, false);
      }
      long value = integer(text.endsWith("U") ? text.substring(0, text.length() - 1) : text);
      return new Operand.IntegerLiteral(negative ? -value : value);
    } catch (NumberFormatException e) {
      throw error(token, "a number that cannot be read");
    }
  }

  private static long integer(String text) {
    if (text.startsWith("0x") || text.startsWith("0X")) {
      return Long.parseUnsignedLong(text.substring(2), 16);
    }
    if (text.startsWith("0b") || text.startsWith("0B")) {
      return Long.parseUnsignedLong(text.substring(2), 2);
    }
    return text.length() > 1 && text.startsWith("0")
        ? Long.parseUnsignedLong(text, 8)
        : Long.parseUnsignedLong(text);
  }

  /** The next token, not taken. */
  Lexer.Token peek() {
    return tokens.get(position);
  }

  /** Takes the next token, which must be there. */
  Lexer.Token next() {
    Lexer.Token token = tokens.get(position);
    if (token.kind() == Lexer.Kind.END) {
      throw error(token, "more was expected");
    }
    position++;
    return token;
  }

  /** Takes the next token if it is that one. */
  boolean accept(String text) {
    if (peek().is(text)) {
      position++;
      return true;
    }
    return false;
  }

  /** Takes the next token, which must be that one. */
  void expect(String text) {
    Lexer.Token token = peek();
    if (!accept(text)) {
      throw error(token, "expected " + text);
    }
  }

  /** Takes the next token, which must be of that kind. */
  Lexer.Token expectKind(Lexer.Kind kind) {
    Lexer.Token token = next();
    if (token.kind() != kind) {
      throw error(token, "expected a " + kind);
    }
    return token;
  }

  /** The error of a token that cannot stand there. */
  CudaException error(Lexer.Token token, String why) {
    return new CudaException(
        "%s, line %d: %s: at %s: %s"
            .formatted(name, token.line(), line(token.line()), token.text(), why));
  }
}
