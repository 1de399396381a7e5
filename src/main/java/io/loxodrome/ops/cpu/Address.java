package io.loxodrome.ops.cpu;

import org.bytedeco.javacpp.Pointer;

/** A native address that can be pointed anew without allocating. */
final class Address extends Pointer {
  Address() {}

  Address(long address) {
    at(address);
  }

  Address at(long newAddress) {
    this.address = newAddress;
    return this;
  }

  /** A view of {@code bytes} bytes from here on. */
  Pointer sized(long bytes) {
    this.limit = bytes;
    this.capacity = bytes;
    return this;
  }
}
