package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceLookupTest {
  /** Says it works, or not, and then opens the reference device, or fails. */
  private record Provider(String name, boolean works, boolean opens) implements DeviceProvider {
    @Override
    public int priority() {
      return 0;
    }

    @Override
    public Availability availability() {
      return new Availability(works, works ? "here" : "not here");
    }

    @Override
    public Device open(String argument) {
      if (!opens) {
        throw new DeviceUnavailableException("device " + name + " is taken");
      }
      return Device.open("reference");
    }
  }

  private static final Provider ABSENT = new Provider("absent", false, false);
  private static final Provider TAKEN = new Provider("taken", true, false);
  private static final Provider GOOD = new Provider("good", true, true);

  @Test
  void autoGoesOnUntilOneOpens() {
    try (Device device = new DeviceLookup(List.of(ABSENT, TAKEN, GOOD)).open("auto", 1)) {
      assertThat(device.name()).isEqualTo("reference");
    }
  }

  @Test
  void whereNoneOpensEveryReasonIsGiven() {
    assertThatThrownBy(() -> new DeviceLookup(List.of(ABSENT, TAKEN)).open("auto", 1))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessage("no device works here: absent: not here; taken: device taken is taken");
  }

  @Test
  void whatIsAskedForByNameIsNotReplaced() {
    DeviceLookup lookup = new DeviceLookup(List.of(ABSENT, TAKEN, GOOD));
    assertThatThrownBy(() -> lookup.open("absent", 1))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessage("device absent cannot be used: not here");
    assertThatThrownBy(() -> lookup.open("taken:3", 1))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessage("device taken is taken");
    assertThatThrownBy(() -> lookup.open("other", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown device 'other'; known are auto, absent, taken, good");
  }
}
