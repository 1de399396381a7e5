package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.Draw;
import io.loxodrome.ptx.PtxDriver;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostTransfersTest {
  private final Draw draw = new Draw();
  private final PtxDriver driver = new PtxDriver(1);

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        HostTransfers.SLOT_BYTES - 1,
        HostTransfers.SLOT_BYTES,
        HostTransfers.SLOT_BYTES + 1,
        11 * HostTransfers.SLOT_BYTES + 3
      })
  void whatWasWrittenIsRead(int bytes) {
    byte[] written = draw.bytes(bytes);
    long address = driver.allocate(bytes + 16L);
    try (HostTransfers transfers = new HostTransfers(driver, Stream.DEFAULT)) {
      ByteBuffer source = ByteBuffer.wrap(written);
      transfers.write(source, address + 8);
      assertThat(source.hasRemaining()).isFalse();
      byte[] read = new byte[bytes];
      transfers.read(address + 8, ByteBuffer.wrap(read));
      assertThat(read).isEqualTo(written);
    }
    driver.free(address);
    assertThat(driver.hostBuffersInUse()).isZero();
  }

  @Test
  void theSourceMayChangeAtOnce() {
    long address = driver.allocate(4);
    try (HostTransfers transfers = new HostTransfers(driver, Stream.DEFAULT)) {
      byte[] source = {1, 2, 3, 4};
      transfers.write(ByteBuffer.wrap(source), address);
      source[0] = 9;
      byte[] read = new byte[4];
      transfers.read(address, ByteBuffer.wrap(read));
      assertThat(read).containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void severalReadsCanBeUnderWay() {
    long address = driver.allocate(20);
    try (HostTransfers transfers = new HostTransfers(driver, Stream.DEFAULT)) {
      transfers.write(ByteBuffer.wrap(new byte[20]), address);
      HostTransfers.PendingRead before = transfers.readLater(address, 20);
      transfers.write(ByteBuffer.wrap(new byte[] {5, 6}), address + 1);
      HostTransfers.PendingRead after = transfers.readLater(address, 3);
      ByteBuffer old = before.await();
      assertThat(old.remaining()).isEqualTo(20);
      assertThat(old.get(1)).isZero();
      ByteBuffer fresh = after.await();
      assertThat(fresh.remaining()).isEqualTo(3);
      assertThat(fresh.get(1)).isEqualTo((byte) 5);
      assertThatThrownBy(after::await)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("what was read can be taken once");
    }
    assertThat(driver.hostBuffersInUse()).isZero();
  }
}
