package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.HostTransfers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A small identity matrix, for products that turn others round. */
final class Identity {
  /** Rows and columns. */
  static final int SIZE = 32;

  private final Constants constants;
  private final HostTransfers transfers;
  private long address;

  Identity(Constants constants, HostTransfers transfers) {
    this.constants = constants;
    this.transfers = transfers;
  }

  /** The address of its first row; all rows follow one another. */
  long address() {
    if (address == 0) {
      long room = constants.floats(SIZE * SIZE, "patches came for the first time");
      ByteBuffer bytes = ByteBuffer.allocate(SIZE * SIZE * Float.BYTES);
      bytes.order(ByteOrder.nativeOrder());
      for (int at = 0; at < SIZE * SIZE; at++) {
        bytes.putFloat(at % (SIZE + 1) == 0 ? 1 : 0);
      }
      transfers.write(bytes.flip(), room);
      address = room;
    }
    return address;
  }
}
