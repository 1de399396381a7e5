package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.ArrayList;
import java.util.List;

/** Splits PTX into tokens; comments vanish. */
final class Lexer {
  /** What a token is. */
  enum Kind {
    /** A name, a directive or an opcode with its modifiers: dots are part of it. */
    WORD,
    NUMBER,
    STRING,
    PUNCTUATION,
    END
  }

  /** A piece of text with the line it stands in, counted from 1. */
  record Token(Kind kind, String text, int line) {
    boolean is(String expected) {
      return kind != Kind.STRING && text.equals(expected);
    }
  }

  private final String name;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  private Lexer(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /**
   * All tokens, the last of them of kind END.
   *
   * @param name what errors call the text
   */
  static List<Token> tokens(String name, String text) {
    return new Lexer(name, text).run();
  }

  private List<Token> run() {
    skipBlank();
    while (position < text.length()) {
      next();
      skipBlank();
    }
    tokens.add(new Token(Kind.END, "the end of the file", line));
    return tokens;
  }

  private void next() {
    char first = text.charAt(position);
    if (startsWord(first)) {
      take(Kind.WORD, wordEnd());
    } else if (isDigit(first)) {
      take(Kind.NUMBER, numberEnd());
    } else if (first == '"') {
      int close = text.indexOf('"', position + 1);
      if (close < 0) {
        throw new CudaException("%s, line %d: a string does not end".formatted(name, line));
      }
      take(Kind.STRING, close + 1);
    } else {
      take(Kind.PUNCTUATION, position + 1);
    }
  }

  private void take(Kind kind, int end) {
    tokens.add(new Token(kind, text.substring(position, end), line));
    position = end;
  }

  private int wordEnd() {
    int end = position + 1;
    while (end < text.length()) {
      char c = text.charAt(end);
      if (startsWord(c) || isDigit(c)) {
        end++;
      } else if (text.startsWith("::", end)) {
        end += 2;
      } else {
        break;
      }
    }
    return end;
  }

  private int numberEnd() {
    int end = position + 1;
    while (end < text.length() && (startsWord(text.charAt(end)) || isDigit(text.charAt(end)))) {
      end++;
    }
    return end;
  }

  private static boolean startsWord(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == '$'
        || c == '%'
        || c == '.';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void skipBlank() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '\n') {
        line++;
        position++;
      } else if (Character.isWhitespace(c)) {
        position++;
      } else if (text.startsWith("//", position)) {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", position)) {
        skipBlockComment();
      } else {
        return;
      }
    }
  }

  private void skipBlockComment() {
    int end = text.indexOf("*/", position + 2);
    if (end < 0) {
      throw new CudaException("%s, line %d: a comment does not end".formatted(name, line));
    }
    for (; position < end + 2; position++) {
      if (text.charAt(position) == '\n') {
        line++;
      }
    }
  }
}
