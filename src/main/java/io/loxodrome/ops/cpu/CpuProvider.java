package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceProvider;

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
    if (!argument.isEmpty()) {
      throw new IllegalArgumentException(
          "device cpu takes nothing after its name, found '" + argument + "'");
    }
    return new CpuDevice(Runtime.getRuntime().availableProcessors());
  }
}
