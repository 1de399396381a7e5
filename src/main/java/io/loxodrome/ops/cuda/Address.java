package io.loxodrome.ops.cuda;

/** Addresses within arrays of single-precision numbers. */
final class Address {
  private Address() {}

  /** Of the number {@code index} behind the one at {@code address}. */
  static long of(long address, long index) {
    return address + index * Float.BYTES;
  }
}
