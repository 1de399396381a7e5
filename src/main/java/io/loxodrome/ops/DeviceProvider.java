package io.loxodrome.ops;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** A backend's entry: says whether it works here, and opens its device; found as a service. */
public interface DeviceProvider {
  /** The name before the colon in {@link Device#open}. */
  String name();

  /** Rank in the choice of {@code auto}; the highest that works is taken. */
  int priority();

  /** Whether it works here, and why not; probed once and cheap to ask again. */
  Availability availability();

  /**
   * What of all it needs is here, in the order in which it looks; empty where that is one thing.
   */
  default List<Finding> findings() {
    return List.of();
  }

  /**
   * Opens the device.
   *
   * @param argument what followed the colon, empty if there was none
   * @throws IllegalArgumentException if the argument means nothing to this device
   */
  Device open(String argument);

  /**
   * Opens one of several devices that share the machine.
   *
   * @param argument what followed the colon, empty if there was none
   * @param sharers how many there are, at least 1; of no account where cores are not shared
   * @throws IllegalArgumentException if the argument means nothing to this device
   */
  default Device open(String argument, int sharers) {
    return open(argument);
  }

  /**
   * Whether a device works here.
   *
   * @param works whether it can be opened
   * @param detail what was found, or why it does not work
   */
  record Availability(boolean works, String detail) {}

  /**
   * Something that a device needs.
   *
   * @param what its name
   * @param works whether it can be used
   * @param detail what was found and where, or why it cannot be used; one line
   */
  record Finding(String what, boolean works, String detail) {}

  /** All providers, best first. */
  static List<DeviceProvider> all() {
    return ServiceLoader.load(DeviceProvider.class, DeviceProvider.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(DeviceProvider::priority).reversed())
        .toList();
  }
}
