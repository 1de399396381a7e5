package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Device memory that a library works in, one block a stream, because work on two streams runs at
 * once.
 *
 * <p>A block is replaced by a larger one where that is asked for, but given back only with all
 * others: a graph may still use it.
 */
final class Workspaces implements AutoCloseable {
  /** A block of memory. */
  record Block(long address, long bytes) {}

  private static final Block NONE = new Block(0, 0);

  private final JCudaDriver driver;
  private final Map<Stream, Block> current = new HashMap<>();
  private final List<Block> all = new ArrayList<>();

  Workspaces(JCudaDriver driver) {
    this.driver = driver;
  }

  /** The block for a stream, of at least so many bytes; address 0 where none were ever needed. */
  Block of(Stream stream, long bytes) {
    Block block = current.getOrDefault(stream, NONE);
    if (block.bytes() < bytes) {
      block = new Block(driver.allocate(bytes), bytes);
      all.add(block);
      current.put(stream, block);
    }
    return block;
  }

  @Override
  public void close() {
    all.forEach(block -> driver.free(block.address()));
    all.clear();
    current.clear();
  }
}
