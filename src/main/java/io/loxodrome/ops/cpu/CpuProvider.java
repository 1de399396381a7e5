package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceProvider;
import io.loxodrome.ops.PlanChoice;

/** Offers the CPU device where oneDNN loads. */
public final class CpuProvider implements DeviceProvider {
  /** Probed once; a failed load of a native library cannot be tried again in one process. */
  private static final class Probe {
    static final Availability RESULT = probe();

    private static Availability probe() {
      try {
        return new Availability(true, OneDnn.description());
      } catch (LinkageError | RuntimeException e) {
        return new Availability(false, "oneDNN does not load: " + rootMessage(e));
      }
    }

    private static String rootMessage(Throwable failure) {
      Throwable root = failure;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return String.valueOf(root.getMessage());
    }
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public Availability availability() {
    return Probe.RESULT;
  }

  @Override
  public Device open(String argument) {
    return open(argument, 1);
  }

  @Override
  public Device open(String argument, int sharers) {
    PlanChoice plans =
        argument.isEmpty()
            ? PlanChoice.Rule.PREDICTED
            : PlanChoice.parse(argument)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "device cpu takes %s after its name, found '%s'"
                                .formatted(PlanChoice.OPTIONS, argument)));
    String name = argument.isEmpty() ? name() : name() + ":" + argument;
    int cores = Runtime.getRuntime().availableProcessors();
    return new CpuDevice(name, Math.max(1, cores / sharers), plans);
  }
}
