package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Pending;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A block of the device's memory behind a tensor.
 *
 * <p>Of a small block that the host wrote as a whole the host keeps a copy until the device writes
 * to it, so that labels, indices and angles can be looked at without waiting for the device.
 */
final class CudaMemory extends Memory {
  private static final int MOST_REMEMBERED = 1 << 20;

  private final DeviceMemory device;
  private final HostTransfers transfers;
  private final DeviceMemory.Block block;
  private @Nullable ByteBuffer remembered;

  private CudaMemory(
      DeviceMemory device, HostTransfers transfers, DeviceMemory.Block block, long bytes) {
    super(bytes, () -> device.giveBack(block));
    this.device = device;
    this.transfers = transfers;
    this.block = block;
  }

  static CudaMemory take(DeviceMemory device, HostTransfers transfers, long bytes) {
    return new CudaMemory(device, transfers, device.take(bytes), bytes);
  }

  boolean isOf(DeviceMemory other) {
    return device == other;
  }

  /** The address of a tensor of this device that is going to be read. */
  static long source(Tensor tensor) {
    return of(tensor).block.address();
  }

  /** The address of a tensor of this device that is going to be written. */
  static long target(Tensor tensor) {
    CudaMemory memory = of(tensor);
    memory.forget();
    memory.device.willWrite(memory);
    return memory.block.address();
  }

  /** The device is going to write here. */
  void forget() {
    remembered = null;
  }

  private static CudaMemory of(Tensor tensor) {
    if (tensor.memory() instanceof CudaMemory memory) {
      return memory;
    }
    throw new IllegalArgumentException(tensor + " does not live on a CUDA device");
  }

  @Override
  public void write(long offset, ByteBuffer source) {
    device.requireOpen();
    requireRange(offset, source.remaining());
    device.requireNotRecording("a tensor was written");
    remembered = null;
    if (source.remaining() == bytes() && bytes() <= MOST_REMEMBERED) {
      remembered = ByteBuffer.allocate(source.remaining()).put(source.duplicate()).flip();
    }
    transfers.write(source, block.address() + offset);
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    device.requireOpen();
    requireRange(offset, target.remaining());
    if (remembered != null) {
      target.put(remembered.slice(Math.toIntExact(offset), target.remaining()));
      return;
    }
    device.requireNotRecording("a tensor was read");
    transfers.read(block.address() + offset, target);
  }

  @Override
  public Pending<ByteBuffer> readLater(long offset, int length) {
    if (length == 0 || length > HostTransfers.SLOT_BYTES || remembered != null) {
      return super.readLater(offset, length);
    }
    device.requireOpen();
    requireRange(offset, length);
    device.requireNotRecording("a tensor was read");
    HostTransfers.PendingRead read = transfers.readLater(block.address() + offset, length);
    return () -> read.await().order(ByteOrder.nativeOrder());
  }
}
