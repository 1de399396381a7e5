package io.loxodrome.ptx;

import java.util.Arrays;

/** How a register is stored: one array of 32 lanes each, or a mask for predicates. */
enum Kind {
  /** 32 bits; also 8 and 16 bits, of which only the lower ones mean anything. */
  INT(0) {
    @Override
    Object newRow() {
      return new int[Warp.LANES];
    }

    @Override
    void blend(Object from, Object to, int mask) {
      int[] source = (int[]) from;
      int[] target = (int[]) to;
      for (int m = mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        target[lane] = source[lane];
      }
    }

    @Override
    long get(Object row, int lane) {
      return ((int[]) row)[lane];
    }

    @Override
    void put(Object row, int lane, long bits) {
      ((int[]) row)[lane] = (int) bits;
    }

    @Override
    void fill(Object row, long bits) {
      Arrays.fill((int[]) row, (int) bits);
    }
  },
  LONG(1) {
    @Override
    Object newRow() {
      return new long[Warp.LANES];
    }

    @Override
    void blend(Object from, Object to, int mask) {
      long[] source = (long[]) from;
      long[] target = (long[]) to;
      for (int m = mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        target[lane] = source[lane];
      }
    }

    @Override
    long get(Object row, int lane) {
      return ((long[]) row)[lane];
    }

    @Override
    void put(Object row, int lane, long bits) {
      ((long[]) row)[lane] = bits;
    }

    @Override
    void fill(Object row, long bits) {
      Arrays.fill((long[]) row, bits);
    }
  },
  FLOAT(2) {
    @Override
    Object newRow() {
      return new float[Warp.LANES];
    }

    @Override
    void blend(Object from, Object to, int mask) {
      float[] source = (float[]) from;
      float[] target = (float[]) to;
      for (int m = mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        target[lane] = source[lane];
      }
    }

    @Override
    long get(Object row, int lane) {
      return Float.floatToRawIntBits(((float[]) row)[lane]);
    }

    @Override
    void put(Object row, int lane, long bits) {
      ((float[]) row)[lane] = Float.intBitsToFloat((int) bits);
    }

    @Override
    void fill(Object row, long bits) {
      Arrays.fill((float[]) row, Float.intBitsToFloat((int) bits));
    }
  },
  DOUBLE(3) {
    @Override
    Object newRow() {
      return new double[Warp.LANES];
    }

    @Override
    void blend(Object from, Object to, int mask) {
      double[] source = (double[]) from;
      double[] target = (double[]) to;
      for (int m = mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        target[lane] = source[lane];
      }
    }

    @Override
    long get(Object row, int lane) {
      return Double.doubleToRawLongBits(((double[]) row)[lane]);
    }

    @Override
    void put(Object row, int lane, long bits) {
      ((double[]) row)[lane] = Double.longBitsToDouble(bits);
    }

    @Override
    void fill(Object row, long bits) {
      Arrays.fill((double[]) row, Double.longBitsToDouble(bits));
    }
  };

  /** Counts the kinds. */
  final int index;

  Kind(int index) {
    this.index = index;
  }

  abstract Object newRow();

  /** Copies the lanes of the mask. */
  abstract void blend(Object from, Object to, int mask);

  /** A lane's bits, sign-extended from 32 where it has no more. */
  abstract long get(Object row, int lane);

  abstract void put(Object row, int lane, long bits);

  /** Sets every lane. */
  abstract void fill(Object row, long bits);
}
