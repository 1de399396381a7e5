package io.loxodrome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.train.OptimizerChoice;
import io.loxodrome.train.RunSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class LoxodromeTest {
  private final StringWriter err = new StringWriter();

  /** Ends with the error it is given. */
  @Command
  private record Failing(Error error) implements Runnable {
    @Override
    public void run() {
      throw error;
    }
  }

  private int execute(Error error) {
    CommandLine commandLine = new CommandLine(new Failing(error)).setErr(new PrintWriter(err));
    return Loxodrome.execute(commandLine, new String[0]);
  }

  @Test
  void tooLittleMemoryIsSaidInASentence() {
    assertThat(execute(new OutOfMemoryError("Java heap space"))).isEqualTo(1);
    assertThat(err)
        .hasToString(
            "out of memory (Java heap space): take a smaller --batch or give java -Xmx%n"
                .formatted());
  }

  @Test
  void anErrorEndsTheCommandAndNotTheThread() {
    assertThat(execute(new StackOverflowError("deep"))).isEqualTo(1);
    assertThat(err.toString()).startsWith("java.lang.StackOverflowError: deep").contains("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "evaluate", "manifold", "doctor"})
  void everyCommandHasHelp(String command) {
    Outcome outcome = Outcome.of(command, "--help").succeeded();
    assertThat(outcome.out()).startsWith("Usage: loxodrome " + command + " ");
    assertThat(Outcome.of("--help").succeeded().out()).contains("  " + command + " ");
  }

  @Test
  void theVersionIsTold() {
    assertThat(Outcome.of("--version").succeeded().out()).startsWith("loxodrome ");
  }

  @Test
  void helpNamesTheDefaults() {
    RunSettings defaults = RunSettings.defaults();
    OptimizerChoice adamW = OptimizerChoice.of(OptimizerChoice.Rule.ADAMW);
    String help = Outcome.of("train", "--help").out().replaceAll("\\s+", " ");
    assertThat(help)
        .contains("cifar10 (" + defaults.dataset() + ").")
        .contains("... (" + defaults.manifold().spec() + ").")
        .contains("a turn (" + defaults.angles().spec() + ").")
        .contains(
            "adamw or riemannian ("
                + defaults.optimizer().rule().name().toLowerCase(Locale.ROOT)
                + ").")
        .contains("whitened (" + adamW.form().name().toLowerCase(Locale.ROOT) + ").")
        .contains("Step size (" + defaults.optimizer().learningRate() + "; " + adamW.learningRate())
        .contains("[0, 1) (" + defaults.optimizer().momentum() + "; 0 for riemannian).")
        .contains("decay (0; " + adamW.weightDecay() + " for AdamW).")
        .contains("step (" + defaults.batch() + ").")
        .contains("numbers (" + defaults.seed() + ").");
    assertThat(defaults.optimizer().weightDecay()).isZero();
    assertThat(defaults.optimizer().clip()).isEmpty();
    assertThat(defaults.limit()).isEmpty();
  }
}
