package io.loxodrome.ops.cuda;

/** Memory that one operator works in. */
final class Scratch implements AutoCloseable {
  private final DeviceMemory memory;
  private final DeviceMemory.Block block;

  Scratch(DeviceMemory memory, DeviceMemory.Block block) {
    this.memory = memory;
    this.block = block;
  }

  long address() {
    return block.address();
  }

  @Override
  public void close() {
    memory.giveBack(block);
  }
}
