package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a file of PTX: its declarations and its kernels. */
final class PtxParser {
  private static final Set<String> LINKAGE =
      Set.of(".visible", ".extern", ".weak", ".common", ".internal");
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final TokenReader in;
  private final DeclarationParser declarations;
  private final Scope moduleScope = new Scope(null);
  private final List<Variable> variables = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();

  private PtxParser(String name, String ptx) {
    this.in = new TokenReader(name, ptx);
    this.declarations = new DeclarationParser(in);
  }

  /**
   * Parses a whole file.
   *
   * @param name what errors call it
   * @throws CudaException naming file, line and what is wrong there
   */
  static PtxModule parse(String name, String ptx) {
    return new PtxParser(name, ptx).module();
  }

  private PtxModule module() {
    header();
    while (in.peek().kind() != Lexer.Kind.END) {
      topLevel();
    }
    return new PtxModule(in.name(), List.copyOf(variables), List.copyOf(entries));
  }

  private void header() {
    in.expect(".version");
    in.expectKind(Lexer.Kind.NUMBER);
    in.expect(".target");
    do {
      in.expectKind(Lexer.Kind.WORD);
    } while (in.accept(","));
    if (in.accept(".address_size")) {
      Lexer.Token size = in.expectKind(Lexer.Kind.NUMBER);
      if (!size.is("64")) {
        throw in.error(size, "only 64-bit addresses are supported");
      }
    }
  }

  private void topLevel() {
    boolean external = false;
    while (LINKAGE.contains(in.peek().text())) {
      external |= in.next().is(".extern");
    }
    Lexer.Token token = in.peek();
    switch (token.text()) {
      case ".entry" -> entries.add(entry());
      case ".global", ".const", ".shared" -> {
        Variable variable = declarations.variable(external);
        variables.add(variable);
        moduleScope.declare(variable);
      }
      case ".file", ".pragma" -> in.skipLine(token.line());
      default -> throw in.error(token, "a declaration that is not supported");
    }
  }

  private Entry entry() {
    int line = in.next().line();
    String entryName = in.expectKind(Lexer.Kind.WORD).text();
    List<Parameter> parameters = in.peek().is("(") ? parameters() : List.of();
    int most = NO_LIMIT;
    boolean exact = false;
    while (!in.peek().is("{")) {
      Lexer.Token directive = in.next();
      switch (directive.text()) {
        case ".maxntid" -> most = product(directive);
        case ".reqntid" -> {
          most = product(directive);
          exact = true;
        }
        case ".minnctapersm", ".maxnreg", ".maxnctapersm" -> in.expectKind(Lexer.Kind.NUMBER);
        case ".pragma" -> {
          in.expectKind(Lexer.Kind.STRING);
          in.expect(";");
        }
        default -> throw in.error(directive, "a directive that is not supported");
      }
    }
    BodyParser body = new BodyParser(in, moduleScope);
    body.parse();
    return new Entry(
        in.name(),
        entryName,
        line,
        parameters,
        most,
        exact,
        body.variables(),
        body.statements(),
        body.scope());
  }

  private int product(Lexer.Token directive) {
    long result = 1;
    do {
      result *= in.integer();
    } while (in.accept(","));
    if (result < 1 || result > Integer.MAX_VALUE) {
      throw in.error(directive, "a number of threads out of range");
    }
    return (int) result;
  }

  private List<Parameter> parameters() {
    List<Parameter> result = new ArrayList<>();
    in.expect("(");
    int offset = 0;
    while (!in.accept(")")) {
      Parameter parameter = parameter(offset);
      result.add(parameter);
      offset = parameter.offset() + parameter.bytes();
      in.accept(",");
    }
    return List.copyOf(result);
  }

  private Parameter parameter(int begin) {
    in.expect(".param");
    int alignment = 0;
    Type type = null;
    while (in.peek().text().startsWith(".")) {
      Lexer.Token word = in.next();
      switch (word.text()) {
        case ".align" ->
            alignment = Math.max(alignment, type == null ? (int) in.integer() : skip());
        case ".ptr", ".global", ".const", ".shared", ".local" -> {}
        default -> type = declarations.requireType(word);
      }
    }
    Lexer.Token parameterName = in.expectKind(Lexer.Kind.WORD);
    if (type == null) {
      throw in.error(parameterName, "a parameter without a type");
    }
    int bytes = type.bytes() * Math.max(1, declarations.arrayElements());
    int step = Math.max(alignment, type.bytes());
    return new Parameter(parameterName.text(), (begin + step - 1) / step * step, bytes);
  }

  /** The alignment of what a pointer points to says nothing about the parameter. */
  private int skip() {
    in.integer();
    return 0;
  }
}
