package io.loxodrome.cuda;

import io.loxodrome.ptx.LaunchRecord;
import java.util.List;

/** What blocks read of a metric's factors: all they need, once each. */
final class FactorTraffic {
  private static final int SECTOR_BYTES = 32;

  /** Rows of a banded factor are read this many at a time. */
  private static final long STEP = 8;

  private FactorTraffic() {}

  /** Bytes that the blocks of these launches read of a metric in this form. */
  static long bytes(MetricForm form, List<LaunchRecord> launches) {
    return launches.stream().mapToLong(launch -> bytes(form, launch.shape())).sum();
  }

  /** Bytes that the blocks of one launch read of a metric in this form. */
  static long bytes(MetricForm form, LaunchShape shape) {
    return shape.blocksX() * shape.blocksY() * perBlock(form);
  }

  private static long perBlock(MetricForm form) {
    if (form instanceof MetricForm.Dense dense) {
      int padded = MetricForm.Dense.padded(dense.size());
      return sectors((long) padded * padded * Float.BYTES);
    }
    if (form instanceof MetricForm.Banded banded) {
      long rows = (banded.inner() + STEP - 1) / STEP * STEP;
      return sectors(banded.ring() ? (8 + 8 * rows) * Float.BYTES : 4 * rows * Float.BYTES);
    }
    if (form instanceof MetricForm.Scaled scaled && !scaled.isIdentity()) {
      return SECTOR_BYTES; // the one number that scales the block's row
    }
    return 0;
  }

  private static long sectors(long bytes) {
    return (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
  }
}
