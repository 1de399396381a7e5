package io.loxodrome.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the commands that need more than nothing. */
final class CommandFactory implements IFactory {
  private final Interrupt interrupt;
  private final IFactory others = CommandLine.defaultFactory();

  CommandFactory(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == TrainCommand.class) {
      return type.cast(new TrainCommand(interrupt));
    }
    if (type == EvaluateCommand.class) {
      return type.cast(new EvaluateCommand(interrupt));
    }
    return others.create(type);
  }
}
