package io.loxodrome.ptx;

import java.util.ArrayList;
import java.util.List;

/** Reads the statements between a kernel's braces. */
final class BodyParser {
  private final TokenReader in;
  private final DeclarationParser declarations;
  private Scope scope;
  private final List<Statement> statements = new ArrayList<>();
  private final List<Variable> locals = new ArrayList<>();

  /** The body's own names and those of the module around it. */
  BodyParser(TokenReader in, Scope module) {
    this.in = in;
    this.declarations = new DeclarationParser(in);
    this.scope = new Scope(module);
  }

  /** The names of the braces that are open. */
  Scope scope() {
    return scope;
  }

  List<Statement> statements() {
    return List.copyOf(statements);
  }

  /** The variables that it declares. */
  List<Variable> variables() {
    return List.copyOf(locals);
  }

  /** Takes everything up to the brace that closes the body. */
  void parse() {
    in.expect("{");
    List<Scope> enclosing = new ArrayList<>();
    while (true) {
      if (in.accept("{")) {
        enclosing.add(scope);
        scope = new Scope(scope);
      } else if (in.accept("}")) {
        if (enclosing.isEmpty()) {
          return;
        }
        scope = enclosing.remove(enclosing.size() - 1);
      } else {
        item();
      }
    }
  }

  private void item() {
    Lexer.Token token = in.peek();
    if (token.kind() == Lexer.Kind.WORD && in.isSecond(":")) {
      label();
      return;
    }
    switch (token.text()) {
      case ".reg" -> registers();
      case ".local", ".shared" -> {
        Variable variable = declarations.variable(false);
        locals.add(variable);
        scope.declare(variable);
      }
      case ".loc" -> in.skipLine(token.line());
      case ".pragma" -> {
        in.next();
        in.expectKind(Lexer.Kind.STRING);
        in.expect(";");
      }
      case ";" -> in.next();
      default -> statements.add(statement());
    }
  }

  private void label() {
    Lexer.Token label = in.next();
    in.expect(":");
    if (in.peek().is(".branchtargets")) {
      in.next();
      List<String> targets = new ArrayList<>();
      do {
        targets.add(in.expectKind(Lexer.Kind.WORD).text());
      } while (in.accept(","));
      in.expect(";");
      scope.declareTable(label.text(), List.copyOf(targets));
    } else if (!scope.declareLabel(label.text(), statements.size())) {
      throw in.error(label, "a label that stands there twice");
    }
  }

  private void registers() {
    in.next();
    Type type = declarations.requireType(in.expectKind(Lexer.Kind.WORD));
    do {
      String register = in.expectKind(Lexer.Kind.WORD).text();
      if (in.accept("<")) {
        scope.declareRange(register, Math.toIntExact(in.integer()), type);
        in.expect(">");
      } else {
        scope.declare(register, type);
      }
    } while (in.accept(","));
    in.expect(";");
  }

  private Statement statement() {
    Lexer.Token first = in.peek();
    String guard = null;
    boolean negated = false;
    if (in.accept("@")) {
      negated = in.accept("!");
      guard = in.expectKind(Lexer.Kind.WORD).text();
    }
    Lexer.Token opcode = in.next();
    if (opcode.kind() != Lexer.Kind.WORD || opcode.text().startsWith(".")) {
      throw in.error(opcode, "expected an instruction");
    }
    List<Operand> operands = new ArrayList<>();
    if (!in.accept(";")) {
      do {
        operands.add(in.operand());
      } while (in.accept(","));
      in.expect(";");
    }
    return new Statement(
        in.name(),
        first.line(),
        in.line(first.line()),
        guard,
        negated,
        opcode.text(),
        List.copyOf(operands),
        scope);
  }
}
