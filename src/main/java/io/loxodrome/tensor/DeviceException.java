package io.loxodrome.tensor;

/** A device refused or failed at what it was asked for; the message says what that was. */
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DeviceException(String message) {
    super(message);
  }
}
