package io.loxodrome.ptx;

/** The shared memory of one block; a stamp older than the block means it is not written yet. */
final class SharedMemory extends Cells {
  private final int bytes;
  private final Banks banks = new Banks();

  SharedMemory(int bytes) {
    super(bytes);
    this.bytes = bytes;
  }

  Banks banks() {
    return banks;
  }

  int bytes() {
    return bytes;
  }
}
