package io.loxodrome.ptx;

/** A kernel, decoded. */
final class EntryCode {
  /** Where lanes that part meet again if they only meet behind the end. */
  static final int NEVER = -1;

  final Entry entry;

  /** What rows a warp needs. */
  final Registers registers;

  /** The first one is where it starts. */
  final BasicBlock[] blocks;

  /** Whether some register may be read before it is written. */
  final boolean checksRegisters;

  /** Where its variables in shared memory lie. */
  final SharedLayout shared;

  /** Of local memory, per thread. */
  final int localBytes;

  /** The module's constant memory. */
  final byte[] constants;

  EntryCode(
      Entry entry,
      Registers registers,
      BasicBlock[] blocks,
      boolean checksRegisters,
      SharedLayout shared,
      int localBytes,
      byte[] constants) {
    this.entry = entry;
    this.registers = registers;
    this.blocks = blocks;
    this.checksRegisters = checksRegisters;
    this.shared = shared;
    this.localBytes = localBytes;
    this.constants = constants;
  }

  String name() {
    return entry.name();
  }
}
