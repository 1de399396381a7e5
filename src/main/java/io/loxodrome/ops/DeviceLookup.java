package io.loxodrome.ops;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the device of a name, or the first that works. */
final class DeviceLookup {
  private static final Logger LOG = System.getLogger(DeviceProvider.class.getName());

  private final List<DeviceProvider> providers;

  /** Looks among these, best first. */
  DeviceLookup(List<DeviceProvider> providers) {
    this.providers = List.copyOf(providers);
  }

  /** As {@link Device#open}. */
  Device open(String name, int sharers) {
    if (name.equals("auto")) {
      return openBest(sharers);
    }
    int colon = name.indexOf(':');
    String kind = colon < 0 ? name : name.substring(0, colon);
    DeviceProvider provider = find(kind);
    DeviceProvider.Availability availability = provider.availability();
    if (!availability.works()) {
      throw new DeviceUnavailableException(
          "device " + kind + " cannot be used: " + availability.detail());
    }
    return provider.open(colon < 0 ? "" : name.substring(colon + 1), sharers);
  }

  private DeviceProvider find(String kind) {
    return providers.stream()
        .filter(provider -> provider.name().equals(kind))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown device '" + kind + "'; known are auto, " + knownNames()));
  }

  private String knownNames() {
    return providers.stream().map(DeviceProvider::name).collect(Collectors.joining(", "));
  }

  private Device openBest(int sharers) {
    List<String> refused = new ArrayList<>();
    for (DeviceProvider provider : providers) {
      DeviceProvider.Availability availability = provider.availability();
      if (!availability.works()) {
        refused.add(provider.name() + ": " + availability.detail());
        continue;
      }
      try {
        Device device = provider.open("", sharers);
        announce(device, refused);
        return device;
      } catch (DeviceUnavailableException e) {
        refused.add(provider.name() + ": " + e.getMessage());
      }
    }
    throw new DeviceUnavailableException("no device works here: " + String.join("; ", refused));
  }

  private static void announce(Device device, List<String> refused) {
    String reasons = refused.isEmpty() ? "" : " (" + String.join("; ", refused) + ")";
    LOG.log(Level.INFO, "device {0}: {1}{2}", device.name(), device.description(), reasons);
  }
}
