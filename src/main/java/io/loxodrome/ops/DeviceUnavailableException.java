package io.loxodrome.ops;

import io.loxodrome.tensor.DeviceException;

/** A device that was asked for cannot be had on this machine; the message says why. */
public final class DeviceUnavailableException extends DeviceException {
  private static final long serialVersionUID = 1;

  public DeviceUnavailableException(String message) {
    super(message);
  }
}
