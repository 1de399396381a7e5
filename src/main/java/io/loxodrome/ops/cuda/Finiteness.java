package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.cuda.MatrixProduct;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Whether parameters are finite: 0 times all of them adds up to 0 if they are, else to NaN. Reads
 * them once and waits for the device.
 */
final class Finiteness {
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final Elementwise elementwise;

  Finiteness(CudaResources resources, HostTransfers transfers) {
    this.resources = resources;
    this.transfers = transfers;
    this.elementwise = new Elementwise(resources.kernels());
  }

  boolean holds(Parameters parameters, LayerSizes sizes) {
    int rows = Math.multiplyExact(parameters.basisSize(), sizes.biases());
    int length = Math.toIntExact(sizes.weights() / sizes.biases());
    try (Scratch zeros = resources.memory().floats(length);
        Scratch sums = resources.memory().floats(rows);
        Scratch sum = resources.memory().floats(1)) {
      elementwise.fill(zeros.address(), length, 0, resources.stream());
      resources.multiply(
          MatrixProduct.single(rows, 1, length, false, false),
          parameters.weights(),
          zeros.address(),
          sums.address());
      elementwise.addScaled(sums.address(), 0, parameters.bias(), rows, resources.stream());
      resources.multiply(
          MatrixProduct.single(1, 1, rows, false, false),
          resources.ones().address(rows),
          sums.address(),
          sum.address());
      return !Float.isNaN(read(sum));
    }
  }

  private float read(Scratch number) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.nativeOrder());
    transfers.read(number.address(), bytes);
    return bytes.getFloat(0);
  }
}
