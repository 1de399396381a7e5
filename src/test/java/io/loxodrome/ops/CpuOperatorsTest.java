package io.loxodrome.ops;

import org.junit.jupiter.api.condition.EnabledIf;

/** The CPU device, wherever its provider is built in. */
@EnabledIf("isBuiltIn")
class CpuOperatorsTest extends OperatorSuite {
  CpuOperatorsTest() {
    super("cpu", 1e-5);
  }

  static boolean isBuiltIn() {
    return DeviceProvider.all().stream().anyMatch(provider -> provider.name().equals("cpu"));
  }
}
