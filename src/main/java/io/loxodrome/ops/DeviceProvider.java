package io.loxodrome.ops;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** A backend's entry: says whether it works here, and opens its device; found as a service. */
public interface DeviceProvider {
  /** The name before the colon in {@link Device#open}. */
  String name();

  /** Rank in the choice of {@code auto}; the highest that works is taken. */
  int priority();

  /** Whether it works here, and why not; probed once and cheap to ask again. */
  Availability availability();

  /**
   * Opens the device.
   *
   * @param argument what followed the colon, empty if there was none
   * @throws IllegalArgumentException if the argument means nothing to this device
   */
  Device open(String argument);

  /**
   * Whether a device works here.
   *
   * @param works whether it can be opened
   * @param detail what was found, or why it does not work
   */
  record Availability(boolean works, String detail) {}

  /** All providers, best first. */
  static List<DeviceProvider> all() {
    return ServiceLoader.load(DeviceProvider.class, DeviceProvider.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(DeviceProvider::priority).reversed())
        .toList();
  }

  /** The look-up behind {@link Device#open}. */
  static Device openByName(String name) {
    if (name.equals("auto")) {
      return openBest();
    }
    int colon = name.indexOf(':');
    String kind = colon < 0 ? name : name.substring(0, colon);
    DeviceProvider provider = find(kind);
    Availability availability = provider.availability();
    if (!availability.works()) {
      throw new DeviceUnavailableException(
          "device " + kind + " cannot be used: " + availability.detail());
    }
    return provider.open(colon < 0 ? "" : name.substring(colon + 1));
  }

  private static DeviceProvider find(String kind) {
    return all().stream()
        .filter(provider -> provider.name().equals(kind))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown device '" + kind + "'; known are auto, " + knownNames()));
  }

  private static String knownNames() {
    return all().stream().map(DeviceProvider::name).collect(Collectors.joining(", "));
  }

  private static Device openBest() {
    List<String> refused = new ArrayList<>();
    for (DeviceProvider provider : all()) {
      Availability availability = provider.availability();
      if (availability.works()) {
        Device device = provider.open("");
        announce(device, refused);
        return device;
      }
      refused.add(provider.name() + ": " + availability.detail());
    }
    throw new DeviceUnavailableException("no device works here: " + String.join("; ", refused));
  }

  private static void announce(Device device, List<String> refused) {
    Logger log = System.getLogger(DeviceProvider.class.getName());
    String reasons = refused.isEmpty() ? "" : " (" + String.join("; ", refused) + ")";
    log.log(Level.INFO, "device {0}: {1}{2}", device.name(), device.description(), reasons);
  }
}
