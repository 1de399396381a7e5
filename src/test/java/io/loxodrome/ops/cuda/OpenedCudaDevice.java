package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceUnavailableException;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** What {@link CudaProviderTest} does in a process whose CUDA libraries are stubs. */
final class OpenedCudaDevice {
  private OpenedCudaDevice() {}

  /**
   * Opens devices and closes them; silent if all holds.
   *
   * @param expected what convolutions are said to be done by, or a failure to open the device
   */
  public static void main(String[] expected) {
    if (expected[0].startsWith("device")) {
      assertThatThrownBy(() -> Device.open("cuda"))
          .isInstanceOf(DeviceUnavailableException.class)
          .hasMessage(expected[0]);
      return;
    }
    for (String name : new String[] {"auto", "cuda", "cuda:1", "cuda:tf32", "cuda:1:bf16"}) {
      try (Device device = Device.open(name);
          Tensor tensor = device.allocate(Shape.of(3))) {
        assertThat(device.name()).isEqualTo(name.equals("auto") ? "cuda" : name);
        assertThat(device.description()).startsWith(name.contains("1") ? "Stub 1, " : "Stub 0, ");
        assertThat(device.description()).contains(name.contains("tf32") ? "tf32" : "");
        assertThat(device.description()).contains(expected[0]);
        tensor.write(new double[] {1, -2, 0.5});
        assertThat(tensor.toDoubles()).containsExactly(1, -2, 0.5);
      }
    }
    assertThatThrownBy(() -> Device.open("cuda:2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no device 2 to be used, known are [0, 1]");
  }
}
