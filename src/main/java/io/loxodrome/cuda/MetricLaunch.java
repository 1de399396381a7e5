package io.loxodrome.cuda;

import java.util.Set;

/** Picks, checks and starts the kernel that applies a metric in one form and ends with one step. */
final class MetricLaunch {
  private static final int COLUMN_THREADS = 128;
  private static final int ROW_THREADS = 256;

  /** Items of a row that a thread of a scaling kernel has in flight. */
  private static final int ITEMS_AHEAD = 4;

  private static final int BLOCKS_PER_MULTIPROCESSOR = 16;
  static final int VECTOR_BYTES = 16;

  /** So many that the grid's stride beyond the last is still a 32-bit number. */
  private static final int MOST_MATRICES = Integer.MAX_VALUE - 65535;

  /** The n for which columns are held in registers. */
  private static final Set<Integer> UNROLLED = Set.of(2, 3, 4, 8, 16);

  private final Kernels kernels;

  MetricLaunch(Kernels kernels) {
    this.kernels = kernels;
  }

  /** A checked launch. */
  private record Prepared(Arguments arguments, LaunchShape blocks) {}

  /**
   * Starts the kernel, if there is anything to do.
   *
   * @param form not a product
   * @param gradient device address, aligned to its elements
   */
  void launch(
      MetricForm form,
      MetricShape shape,
      long gradient,
      Storage storage,
      MetricStep step,
      Stream stream) {
    Prepared prepared = prepare(form, shape, gradient, storage, step);
    if (!shape.isEmpty()) {
      kernels.launch(step.file(), prepared.blocks(), prepared.arguments(), stream);
    }
  }

  /** Checks what {@link #launch} would; returns how many blocks that would start. */
  long check(MetricForm form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    LaunchShape blocks = prepare(form, shape, gradient, storage, step).blocks();
    return blocks.blocksX() * blocks.blocksY();
  }

  /** The most blocks that a launch has. */
  long mostBlocks() {
    return (long) kernels.device().multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
  }

  private Prepared prepare(
      MetricForm form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    if (form instanceof MetricForm.Scaled scaled) {
      return scaled(scaled, shape, gradient, storage, step);
    }
    if (form instanceof MetricForm.Dense dense) {
      return dense(dense, shape, gradient, storage, step);
    }
    if (form instanceof MetricForm.Banded banded) {
      return banded(banded, shape, gradient, storage, step);
    }
    throw new IllegalArgumentException("a product of metrics is applied one factor at a time");
  }

  private Prepared scaled(
      MetricForm.Scaled form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    int width = vectors(shape, gradient, storage, step) ? step.vector() : 1;
    long diagonal = step.whitened() ? form.whitening() : form.inverse();
    long rows = (long) shape.matrices() * form.size();
    Arguments arguments =
        Arguments.of(kernel(step, "scaled", storage) + "_x" + width)
            .address("gradient", gradient, storage.bytes())
            .optionalAddress("factors", diagonal, Float.BYTES)
            .int32("matrices * n", rows, 0, MOST_MATRICES)
            .int32("n", form.size(), 1, Integer.MAX_VALUE);
    addColumns(arguments, shape, form.size());
    step.addTo(arguments);
    int tile = ROW_THREADS * ITEMS_AHEAD * width;
    return new Prepared(arguments, blocks(rows, shape.columns(), tile, ROW_THREADS));
  }

  private Prepared dense(
      MetricForm.Dense form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    boolean unrolled = !step.whitened() && UNROLLED.contains(form.size());
    return unrolled && vectors(shape, gradient, storage, step)
        ? denseInRegisters(form, shape, gradient, storage, step)
        : denseInSharedMemory(form, shape, gradient, storage, step);
  }

  private Prepared denseInRegisters(
      MetricForm.Dense form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    Arguments arguments =
        Arguments.of(kernel(step, "dense" + form.size(), storage) + "_x" + step.vector())
            .address("gradient", gradient, storage.bytes())
            .address("factors", form.inverse(), VECTOR_BYTES)
            .int32("matrices", shape.matrices(), 0, MOST_MATRICES);
    addColumns(arguments, shape, form.size());
    arguments.bits64(form.active());
    step.addTo(arguments);
    int tile = COLUMN_THREADS * step.vector();
    return new Prepared(arguments, blocks(shape.matrices(), shape.columns(), tile, COLUMN_THREADS));
  }

  private Prepared denseInSharedMemory(
      MetricForm.Dense form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    long matrix = step.whitened() ? form.whitening() : form.inverse();
    Arguments arguments =
        Arguments.of(kernel(step, "dense", storage))
            .address("gradient", gradient, storage.bytes())
            .address("factors", matrix, VECTOR_BYTES)
            .int32("matrices", shape.matrices(), 0, MOST_MATRICES)
            .int32("n", form.size(), 1, MetricForm.Dense.MOST);
    addColumns(arguments, shape, form.size());
    arguments.bits64(form.active());
    step.addTo(arguments);
    int padded = MetricForm.Dense.padded(form.size());
    LaunchShape blocks = blocks(shape.matrices(), shape.columns(), COLUMN_THREADS, COLUMN_THREADS);
    return new Prepared(
        arguments, blocks.withShared(padded * (padded + COLUMN_THREADS) * Float.BYTES));
  }

  private Prepared banded(
      MetricForm.Banded form, MetricShape shape, long gradient, Storage storage, MetricStep step) {
    ColumnPlan plan =
        step.keepsColumns() ? ColumnPlan.of(form.inner()) : ColumnPlan.keepingNothing(form.inner());
    Arguments arguments =
        Arguments.of(kernel(step, form.ring() ? "cyclic" : "banded", storage))
            .address("gradient", gradient, storage.bytes())
            .address("factors", form.factors(), VECTOR_BYTES)
            .int32("matrices", shape.matrices(), 0, MOST_MATRICES)
            .int32("n", form.size(), 1, Integer.MAX_VALUE);
    addColumns(arguments, shape, form.size());
    arguments.int32("segment", plan.segment(), 1, Integer.MAX_VALUE);
    step.addTo(arguments);
    LaunchShape blocks = blocks(shape.matrices(), shape.columns(), plan.threads(), plan.threads());
    return new Prepared(arguments, blocks.withShared(plan.sharedBytes()));
  }

  private static String kernel(MetricStep step, String form, Storage storage) {
    return "%s_%s_%s".formatted(step.name(), form, storage.suffix());
  }

  /** Whether every array can be moved a vector at a time. */
  private static boolean vectors(
      MetricShape shape, long gradient, Storage storage, MetricStep step) {
    return shape.columns() % step.vector() == 0
        && gradient % ((long) step.vector() * storage.bytes()) == 0
        && step.aligned();
  }

  /** The columns, so few that every element has a 64-bit offset in bytes. */
  private static void addColumns(Arguments arguments, MetricShape shape, int n) {
    long most = Long.MAX_VALUE / Float.BYTES / n / Math.max(1, shape.matrices());
    arguments.int64("columns", shape.columns(), 0, most);
  }

  /** Blocks along x for columns and along y for matrices, but no more than fill the device. */
  private LaunchShape blocks(long matrices, long columns, int tile, int threads) {
    long most = mostBlocks();
    long x = Math.max(1, Math.min((columns + tile - 1) / tile, most));
    long y = Math.max(1, Math.min(Math.min(matrices, most / x), kernels.device().blocksY()));
    return new LaunchShape(x, y, 1, threads, 0);
  }
}
