package io.loxodrome.tensor;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Memory over a plain array, which counts how often it was released. */
final class ArrayMemory extends Memory {
  private final byte[] content;
  private final AtomicInteger releases;

  private ArrayMemory(int bytes, AtomicInteger releases) {
    super(bytes, releases::incrementAndGet);
    this.content = new byte[bytes];
    this.releases = releases;
  }

  static ArrayMemory of(int bytes) {
    return new ArrayMemory(bytes, new AtomicInteger());
  }

  static ArrayMemory of(int bytes, AtomicInteger releases) {
    return new ArrayMemory(bytes, releases);
  }

  int releases() {
    return releases.get();
  }

  byte[] content() {
    return content;
  }

  @Override
  public void write(long offset, ByteBuffer source) {
    requireRange(offset, source.remaining());
    source.get(content, (int) offset, source.remaining());
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    requireRange(offset, target.remaining());
    target.put(content, (int) offset, target.remaining());
  }
}
