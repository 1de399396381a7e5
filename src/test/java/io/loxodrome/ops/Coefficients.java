package io.loxodrome.ops;

import java.util.Arrays;

/** The kinds of coefficient matrices that a device may treat each in its own way. */
enum Coefficients {
  /** Every example has its own coefficients, none of them 0. */
  DENSE,
  /** At most four in succession are not 0, as on a spline. */
  SPANS,
  /** All examples have the same. */
  SHARED;

  double[] draw(Draw draw, int batch, int basisSize) {
    double[] a = draw.normals((long) batch * basisSize);
    for (int i = 0; i < batch; i++) {
      int row = i * basisSize;
      switch (this) {
        case DENSE -> {}
        case SPANS -> {
          int first = draw.indices(1, Math.max(1, basisSize - 3))[0];
          Arrays.fill(a, row, row + first, 0);
          Arrays.fill(a, Math.min(row + first + 4, row + basisSize), row + basisSize, 0);
        }
        case SHARED -> System.arraycopy(a, 0, a, row, basisSize);
      }
    }
    return a;
  }
}
