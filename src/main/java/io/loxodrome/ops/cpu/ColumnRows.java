package io.loxodrome.ops.cpu;

import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Columns of K in full, a matrix of B rows for each probe. If all of them stand in one layout of
 * oneDNN's they are left in it: their scalar products are the same in any, and vectors of
 * parameters are brought into theirs.
 */
final class ColumnRows {
  private final NativePool pool;
  private final Workers workers;
  private final List<Matrix> probes;
  private final @Nullable Arrangement arrangement;

  /**
   * The rows of tensors.
   *
   * @param rows for each probe B x any, not empty
   */
  ColumnRows(NativePool pool, Workers workers, List<Tensor> rows, int batch) {
    this.pool = pool;
    this.workers = workers;
    this.arrangement = common(rows);
    this.probes = rows.stream().map(tensor -> matrix(tensor, batch, arrangement)).toList();
  }

  private static @Nullable Arrangement common(List<Tensor> rows) {
    Arrangement first = NativeMemory.arrangement(rows.get(0));
    boolean shared =
        rows.stream().allMatch(each -> Objects.equals(first, NativeMemory.arrangement(each)));
    return shared ? first : null;
  }

  private static Matrix matrix(Tensor tensor, int rows, @Nullable Arrangement arrangement) {
    NativeBlock block =
        arrangement == null
            ? NativeMemory.floats("rows", tensor)
            : NativeMemory.floatsAsTheyStand("rows", tensor);
    return Matrix.of(tensor, block, rows);
  }

  List<Matrix> probes() {
    return probes;
  }

  boolean isEmpty() {
    return probes.get(0).isEmpty();
  }

  /** Reads vectors of parameters, n x any, as they are in the rows' layout. */
  void read(Matrix vectors, Consumer<Matrix> use) {
    if (arrangement == null) {
      use.accept(vectors);
      return;
    }
    try (Workspace space = new Workspace(pool, vectors.rows() * arrangement.layout().bytes())) {
      Matrix arranged = vectors.at(space.address());
      reorder(arrangement.plain(), vectors, arrangement.layout(), arranged);
      use.accept(arranged);
    }
  }

  /** Has vectors of parameters, n x any, written in the rows' layout. */
  void write(Matrix vectors, Consumer<Matrix> use) {
    if (arrangement == null) {
      use.accept(vectors);
      return;
    }
    try (Workspace space = new Workspace(pool, vectors.rows() * arrangement.layout().bytes())) {
      Matrix arranged = vectors.at(space.address());
      use.accept(arranged);
      reorder(arrangement.layout(), arranged, arrangement.plain(), vectors);
    }
  }

  private void reorder(Layout from, Matrix source, Layout to, Matrix target) {
    for (int k = 0; k < source.rows(); k++) {
      Reorder.once(workers, from, source.rows(k, 1).address(), to, target.rows(k, 1).address());
    }
  }
}
