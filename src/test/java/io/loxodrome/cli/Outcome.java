package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** What a command came to. */
record Outcome(int code, String out, String err) {
  /** Runs a command in this process. */
  static Outcome of(String... arguments) {
    return of(new Interrupt(), arguments);
  }

  /** The same with an interrupt that may have been raised. */
  static Outcome of(Interrupt interrupt, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands = Loxodrome.commandLine(interrupt);
    commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = commands.execute(arguments);
    return new Outcome(code, out.toString(), err.toString());
  }

  /** It did what it was asked and complained of nothing. */
  Outcome succeeded() {
    assertThat(err).isEmpty();
    assertThat(code).isZero();
    return this;
  }

  /** It ended with code 2, a sentence, and a hint at the command's help. */
  void wasMisused(String command, String sentence) {
    assertThat(err.lines().toList()).isEqualTo(List.of(sentence, "Try '" + command + " --help'."));
    assertThat(code).isEqualTo(2);
    assertThat(out).isEmpty();
  }

  /** It ended with code 1 and a sentence alone. */
  void failed(String sentence) {
    assertThat(err.lines().toList()).isEqualTo(List.of(sentence));
    assertThat(code).isEqualTo(1);
    assertThat(out).isEmpty();
  }
}
