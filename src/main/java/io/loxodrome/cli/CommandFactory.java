package io.loxodrome.cli;

import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the commands that need more than nothing. */
final class CommandFactory implements IFactory {
  private static final Map<Class<?>, Function<Interrupt, Object>> INTERRUPTIBLE =
      Map.of(
          TrainCommand.class, TrainCommand::new,
          EvaluateCommand.class, EvaluateCommand::new,
          RotationCommand.class, RotationCommand::new,
          TopologyCommand.class, TopologyCommand::new,
          NoiseCommand.class, NoiseCommand::new,
          OptimizersCommand.class, OptimizersCommand::new,
          UnconditionedCommand.class, UnconditionedCommand::new,
          ResnetCommand.class, ResnetCommand::new);

  private final Interrupt interrupt;
  private final IFactory others = CommandLine.defaultFactory();

  CommandFactory(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    Function<Interrupt, Object> constructor = INTERRUPTIBLE.get(type);
    return constructor == null ? others.create(type) : type.cast(constructor.apply(interrupt));
  }
}
