package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureRows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Coefficients of a batch on the host, where they say which examples are alike. */
final class KnownCoefficients {
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final float[] values;
  private final MixtureRows rows;

  private KnownCoefficients(
      CudaResources resources, HostTransfers transfers, float[] values, MixtureRows rows) {
    this.resources = resources;
    this.transfers = transfers;
    this.values = values;
    this.rows = rows;
  }

  /** Reads them from the device, which waits for all work so far. */
  static KnownCoefficients of(
      CudaResources resources, HostTransfers transfers, Mixture parameters) {
    float[] values = parameters.coefficients().toFloats();
    MixtureRows rows = MixtureRows.of(values, parameters.batch(), parameters.basisSize());
    return new KnownCoefficients(resources, transfers, values, rows);
  }

  MixtureRows rows() {
    return rows;
  }

  /** Those of some examples and basis points, as a matrix on the device. */
  Scratch select(List<Integer> examples, List<Integer> basisPoints) {
    int count = Math.multiplyExact(examples.size(), basisPoints.size());
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.nativeOrder());
    for (int i : examples) {
      for (int k : basisPoints) {
        bytes.putFloat(values[i * rows.basisSize() + k]);
      }
    }
    Scratch selected = resources.memory().floats(count);
    transfers.write(bytes.flip(), selected.address());
    return selected;
  }
}
