package io.loxodrome.ops.reference;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceProvider;
import io.loxodrome.tensor.ElementType;

/** Opens {@code reference} (float32 tensors) and {@code reference:float64}; always works. */
public final class ReferenceProvider implements DeviceProvider {
  static final String NAME = "reference";
  static final String FLOAT64 = "float64";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Availability availability() {
    return new Availability(true, "plain Java, works everywhere");
  }

  @Override
  public Device open(String argument) {
    return switch (argument) {
      case "" -> new ReferenceDevice(ElementType.FLOAT32);
      case FLOAT64 -> new ReferenceDevice(ElementType.FLOAT64);
      default ->
          throw new IllegalArgumentException(
              "device reference takes no argument '"
                  + argument
                  + "'; known are reference and reference:float64");
    };
  }
}
