package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.ops.cpu.Product.Strides;

/**
 * The matrix products of a linear layer whose batch is in parts, each with a mixture of its own:
 * W_g = sum_k a_gk P_k meets the examples of part g.
 *
 * <p>Each worker takes some rows of the weights, block by block: it mixes the block for a tile of
 * parts and uses it at once, so that a block of P is read from memory once for all parts and W
 * never leaves the cache.
 *
 * @param parts of the rows of X and E
 * @param mixtures address of a, one row of n for each part
 */
record MixedProducts(
    NativePool pool, Workers workers, LinearCall call, RowParts parts, long mixtures) {
  /** Parts whose weights are mixed in one product. */
  private static final int TILE = 8;

  /** Floats of a block of P and of its mixtures together: 1 MiB. */
  private static final int BLOCK_FLOATS = 1 << 18;

  /** Rows of a block, and of a worker's slice, are a multiple of a cache line's floats. */
  private static final int GRAIN = 16;

  /**
   * Rows {@code first} to {@code first + count} of the weights.
   *
   * @param opens whether it is the first of its worker's slice
   */
  private record Block(int first, int count, boolean opens) {}

  /** What is done with a block of weights and a tile of parts. */
  private interface Use {
    void run(Worker worker, Block block, int firstPart, int count, long mixed);
  }

  private void forEachBlock(Use use) {
    workers.slices(call.outputs(), GRAIN, (worker, from, to) -> blocks(worker, from, to, use));
  }

  private void blocks(Worker worker, int from, int to, Use use) {
    int tile = Math.min(TILE, parts.parts());
    int rows = blockRows(tile);
    long bytes = (long) tile * Math.min(rows, to - from) * call.inputs() * Float.BYTES;
    try (Workspace mixed = worker.workspace(bytes)) {
      for (int first = from; first < to; first += rows) {
        Block block = new Block(first, Math.min(rows, to - first), first == from);
        for (int part = 0; part < parts.parts(); part += tile) {
          int count = Math.min(tile, parts.parts() - part);
          use.run(worker, block, part, count, mixed.address());
        }
      }
    }
  }

  private int blockRows(int tile) {
    int fit = BLOCK_FLOATS / (tile + call.basisSize()) / call.inputs();
    return Math.max(GRAIN, fit / GRAIN * GRAIN);
  }

  /** W_g of a block for a tile of parts, one after another. */
  private void mix(Worker worker, Block block, int firstPart, int count, long mixed) {
    int n = call.basisSize();
    int elements = elements(block);
    new Product(
            count,
            n,
            elements,
            Strides.rowMajor(n),
            Strides.rowMajor(call.weights()),
            elements,
            Epilogue.NONE)
        .run(worker, mixture(firstPart), weights(call.basis(), block), mixed);
  }

  private int elements(Block block) {
    return block.count() * call.inputs();
  }

  private long mixture(int part) {
    return mixtures + (long) part * call.basisSize() * Float.BYTES;
  }

  private long weights(long matrix, Block block) {
    return matrix + (long) block.first() * call.inputs() * Float.BYTES;
  }

  private long blockOf(long mixed, Block block, int inTile) {
    return mixed + (long) inTile * elements(block) * Float.BYTES;
  }

  /** The row where a part begins in a matrix of {@code width} columns. */
  private long row(long matrix, int part, int width) {
    return matrix + (long) parts.start(part) * width * Float.BYTES;
  }

  private long outputs(long matrix, int part, Block block) {
    return row(matrix, part, call.outputs()) + (long) block.first() * Float.BYTES;
  }

  /** Y_g (+)= X_g W_g^T. */
  void outputs(long x, long y, Epilogue epilogue) {
    int inputs = call.inputs();
    forEachBlock(
        (worker, block, firstPart, count, mixed) -> {
          mix(worker, block, firstPart, count, mixed);
          for (int i = 0; i < count; i++) {
            int part = firstPart + i;
            new Product(
                    parts.rows(part),
                    inputs,
                    block.count(),
                    Strides.rowMajor(inputs),
                    Strides.transposed(inputs),
                    call.outputs(),
                    epilogue)
                .run(
                    worker,
                    row(x, part, inputs),
                    blockOf(mixed, block, i),
                    outputs(y, part, block));
          }
        });
  }

  /**
   * dX_g = E_g W_g.
   *
   * @param rows of X
   */
  void inputGradient(long e, int rows, NativeBlock dx) {
    try (WorkerSums sums = new WorkerSums(pool, workers, rows * call.inputs())) {
      forEachBlock(
          (worker, block, firstPart, count, mixed) -> {
            mix(worker, block, firstPart, count, mixed);
            long sum = sums.address(worker.index());
            for (int i = 0; i < count; i++) {
              addInputGradient(worker, block, firstPart + i, e, blockOf(mixed, block, i), sum);
            }
          });
      sums.addInto(dx, workers.used(call.outputs(), GRAIN));
    }
  }

  private void addInputGradient(
      Worker worker, Block block, int part, long e, long mixed, long sum) {
    int inputs = call.inputs();
    new Product(
            parts.rows(part),
            block.count(),
            inputs,
            Strides.rowMajor(call.outputs()),
            Strides.rowMajor(inputs),
            inputs,
            block.opens() ? Epilogue.NONE : Epilogue.ACCUMULATE)
        .run(worker, outputs(e, part, block), mixed, row(sum, part, inputs));
  }

  /** dP_k = sum_g a_gk E_g^T X_g. */
  void weightGradient(long e, long x, long dp) {
    forEachBlock(
        (worker, block, firstPart, count, gradients) -> {
          for (int i = 0; i < count; i++) {
            partGradient(worker, block, firstPart + i, e, x, blockOf(gradients, block, i));
          }
          spread(worker, block, firstPart, count, gradients, dp);
        });
  }

  /** dW_g = E_g^T X_g. */
  private void partGradient(Worker worker, Block block, int part, long e, long x, long gradient) {
    int inputs = call.inputs();
    new Product(
            block.count(),
            parts.rows(part),
            inputs,
            Strides.transposed(call.outputs()),
            Strides.rowMajor(inputs),
            inputs,
            Epilogue.NONE)
        .run(worker, outputs(e, part, block), row(x, part, inputs), gradient);
  }

  /** dP_k (+)= sum_g a_gk dW_g over a tile of parts, overwriting at the first. */
  private void spread(
      Worker worker, Block block, int firstPart, int count, long gradients, long dp) {
    int n = call.basisSize();
    int elements = elements(block);
    new Product(
            n,
            count,
            elements,
            Strides.transposed(n),
            Strides.rowMajor(elements),
            call.weights(),
            firstPart == 0 ? Epilogue.NONE : Epilogue.ACCUMULATE)
        .run(worker, mixture(firstPart), gradients, weights(dp, block));
  }
}
