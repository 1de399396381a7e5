package io.loxodrome.ops.cpu;

/** Rows of a matrix in contiguous parts. */
interface RowParts {
  int parts();

  /** The first row of a part. */
  int start(int part);

  /** Rows of a part, at least one. */
  int rows(int part);

  /** Each row a part of its own. */
  record Single(int parts) implements RowParts {
    @Override
    public int start(int part) {
      return part;
    }

    @Override
    public int rows(int part) {
      return 1;
    }
  }
}
