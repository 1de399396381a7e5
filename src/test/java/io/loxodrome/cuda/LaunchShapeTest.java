package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LaunchShapeTest {
  private static final DeviceProperties DEVICE =
      new DeviceProperties("small", 7, 5, 10, 1024, 49152, Integer.MAX_VALUE, 65535, 65535);

  @Test
  void stridesWithOneBlockPerTileUntilTheDeviceIsFull() {
    assertThat(LaunchShape.stride(DEVICE, 1, 1000, 4, 256).blocksX()).isEqualTo(1);
    assertThat(LaunchShape.stride(DEVICE, 1000, 1000, 4, 256).blocksX()).isEqualTo(1);
    assertThat(LaunchShape.stride(DEVICE, 1001, 1000, 4, 256).blocksX()).isEqualTo(2);
    assertThat(LaunchShape.stride(DEVICE, 40_000, 1000, 4, 256).blocksX()).isEqualTo(40);
    assertThat(LaunchShape.stride(DEVICE, Long.MAX_VALUE, 1000, 4, 256).blocksX()).isEqualTo(40);
  }

  @Test
  void takesWhatTheDeviceTakes() {
    LaunchShape most = new LaunchShape(Integer.MAX_VALUE, 65535, 65535, 1024, 49152);
    assertThatCode(() -> most.requireWithin(DEVICE, "k")).doesNotThrowAnyException();
  }

  @Test
  void refusesWhatTheDeviceDoesNotTake() {
    refused(LaunchShape.row(1L << 31, 32), "2147483648 blocks along x", "1 to 2147483647");
    refused(LaunchShape.row(0, 32), "0 blocks along x", "1 to 2147483647");
    refused(new LaunchShape(1, 65536, 1, 32, 0), "65536 blocks along y", "1 to 65535");
    refused(new LaunchShape(1, 1, 65536, 32, 0), "65536 blocks along z", "1 to 65535");
    refused(LaunchShape.row(1, 1025), "1025 threads per block", "1 to 1024");
    refused(LaunchShape.row(1, 32).withShared(49153), "49153 bytes of shared memory", "0 to 49152");
  }

  private static void refused(LaunchShape shape, String value, String limit) {
    assertThatThrownBy(() -> shape.requireWithin(DEVICE, "k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel k would be launched with %s, this device takes %s", value, limit);
  }
}
