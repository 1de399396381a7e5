package io.loxodrome.train;

import java.io.IOException;
import java.io.OutputStream;

/** A stream onto a disk that is full after so many bytes; what fits is written. */
final class FullDisk extends OutputStream {
  private final OutputStream out;
  private int free;

  FullDisk(OutputStream out, int free) {
    this.out = out;
    this.free = free;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int fits = Math.min(free, length);
    out.write(bytes, offset, fits);
    free -= fits;
    if (fits < length) {
      throw new IOException("No space left on device");
    }
  }
}
