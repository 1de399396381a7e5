package io.loxodrome.cli;

import io.loxodrome.tensor.DeviceException;
import io.loxodrome.train.DivergedException;
import io.loxodrome.train.RunStoppedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program: trains and evaluates networks whose weights lie on a curve. */
@Command(
    name = "loxodrome",
    description = "Trains networks whose weights are a smooth curve or surface.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      TrainCommand.class,
      EvaluateCommand.class,
      ExperimentCommand.class,
      ManifoldCommand.class,
      DoctorCommand.class
    })
public final class Loxodrome implements Callable<Integer> {
  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

  /** Exit code of a program that Ctrl-C ended, as shells have it: 128 + SIGINT. */
  static final int INTERRUPTED = 130;

  @Spec private CommandSpec command = CommandSpec.create();

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "%5$s%6$s%n");
    }
    System.setProperty("java.awt.headless", "true");
    Interrupt interrupt = Interrupt.install();
    interrupt.settle(execute(commandLine(interrupt), arguments));
  }

  /** An error must not end this thread: an interrupt would wait for it for ever. */
  static int execute(CommandLine commandLine, String[] arguments) {
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      commandLine
          .getErr()
          .println(
              "out of memory (" + e.getMessage() + "): take a smaller --batch or give java -Xmx");
    } catch (Error e) {
      e.printStackTrace(commandLine.getErr());
    }
    return ExitCode.SOFTWARE;
  }

  /** With no command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    command.commandLine().usage(command.commandLine().getErr());
    return ExitCode.USAGE;
  }

  /** The commands, telling {@code interrupt} nothing but asking it. */
  static CommandLine commandLine(Interrupt interrupt) {
    return new CommandLine(new Loxodrome(), new CommandFactory(interrupt))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> report(failure, command.getErr()));
  }

  /** One sentence for what can happen to anybody; a stack trace for what should not happen. */
  private static int report(Exception failure, PrintWriter err) {
    if (failure instanceof RunStoppedException) {
      err.println(failure.getMessage());
      return INTERRUPTED;
    }
    if (isExpected(failure)) {
      err.println(sentence(failure));
    } else {
      failure.printStackTrace(err);
    }
    return ExitCode.SOFTWARE;
  }

  private static boolean isExpected(Exception failure) {
    return failure instanceof IOException
        || failure instanceof IllegalArgumentException
        || failure instanceof ArithmeticException
        || failure instanceof DivergedException
        || failure instanceof DeviceException;
  }

  private static String sentence(Exception failure) {
    if (failure instanceof FileSystemException file && file.getReason() == null) {
      if (failure instanceof NoSuchFileException) {
        return file.getFile() + ": no such file";
      }
      if (failure instanceof AccessDeniedException) {
        return file.getFile() + ": permission denied";
      }
    }
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
