package io.loxodrome.ops.cpu;

import io.loxodrome.manifold.Gram;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** The layerwise metric by OpenBLAS, cut up among the workers. */
final class CpuMetric implements MetricOperators {
  private static final int GRAIN = 16;

  /** Numbers that columns are written out as at a time: 8 MiB of doubles. */
  private static final int WRITTEN = 1 << 20;

  private final NativePool pool;
  private final Workers workers;

  CpuMetric(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  @Override
  public List<ElementType> gramTypes() {
    return List.of(ElementType.FLOAT32, ElementType.FLOAT64);
  }

  private static Matrix matrix(String name, Tensor tensor, int rows) {
    return Matrix.of(tensor, NativeMemory.block(name, tensor, tensor.type()), rows);
  }

  /** The outermost extent is the rows. */
  private static Matrix matrix(String name, Tensor tensor) {
    return matrix(name, tensor, tensor.shape().dimension(0));
  }

  private static Matrix[] matrices(String name, List<Tensor> tensors, int rows) {
    return tensors.stream().map(tensor -> matrix(name, tensor, rows)).toArray(Matrix[]::new);
  }

  @Override
  public void clear(Tensor gram) {
    matrix("gram", gram).clear();
  }

  @Override
  public void addGram(List<Tensor> rows, double factor, Tensor gram) {
    Matrix s = matrix("gram", gram);
    ColumnRows r = new ColumnRows(pool, workers, rows, rows.get(0).shape().dimension(0));
    if (!s.isEmpty() && !r.isEmpty()) {
      new RowProducts(pool, workers, r.probes(), factor, s).add();
    }
  }

  @Override
  public void addProducts(
      Tensor inputs, double constant, List<Tensor> columns, double factor, Tensor gram) {
    Matrix s = matrix("gram", gram);
    int positions = inputs.shape().dimension(1);
    if (s.isEmpty() || positions == 0) {
      return;
    }
    int rows = inputs.shape().dimension(0) * positions;
    Matrix x = matrix("inputs", inputs, rows);
    Matrix[] u = matrices("columns", columns, rows);
    if (s.isSingle()) {
      new PairedProducts(workers, x, u, positions, constant, factor, s).add();
      return;
    }
    try (Copies copies = new Copies(s.type())) {
      Matrix wideX = copies.of(x);
      Matrix[] wideU = new Matrix[u.length];
      for (int a = 0; a < u.length; a++) {
        wideU[a] = copies.of(u[a]);
      }
      new PairedProducts(workers, wideX, wideU, positions, constant, factor, s).add();
    }
  }

  /** Matrices in another precision. */
  private final class Copies implements AutoCloseable {
    private final ElementType type;
    private final List<Workspace> spaces = new ArrayList<>();

    Copies(ElementType type) {
      this.type = type;
    }

    /** The matrix itself if it is of that type. */
    Matrix of(Matrix matrix) {
      if (matrix.type() == type) {
        return matrix;
      }
      Matrix copy = like(matrix);
      convert(matrix, copy);
      return copy;
    }

    /** One of that size with undefined contents, the matrix itself if it is of that type. */
    Matrix like(Matrix matrix) {
      if (matrix.type() == type) {
        return matrix;
      }
      long numbers = (long) matrix.rows() * matrix.columns();
      Workspace space = new Workspace(pool, numbers * type.bytes());
      spaces.add(space);
      return Matrix.contiguous(type, space.address(), matrix.rows(), matrix.columns());
    }

    @Override
    public void close() {
      spaces.forEach(Workspace::close);
    }
  }

  /** Copies numbers, unless both are one matrix. */
  private void convert(Matrix from, Matrix to) {
    if (from.address() == to.address()) {
      return;
    }
    workers.slices(
        from.rows(),
        GRAIN,
        (worker, first, end) -> from.rows(first, end - first).copyTo(to.rows(first, end - first)));
  }

  @Override
  public void addOuter(Tensor coefficients, List<Tensor> rows, Tensor matrix) {
    Matrix t = matrix("matrix", matrix);
    Matrix a = matrix("coefficients", coefficients);
    int columns = rows.get(0).shape().dimension(0);
    Matrix[] r = matrices("rows", rows, columns);
    if (t.isEmpty() || columns == 0) {
      return;
    }
    int most = Math.max(GRAIN, Math.min(columns, WRITTEN / t.rows()));
    try (Workspace space = new Workspace(pool, (long) most * t.rows() * t.type().bytes())) {
      for (int from = 0; from < columns; from += most) {
        int count = Math.min(most, columns - from);
        Matrix whole = Matrix.contiguous(t.type(), space.address(), count, t.rows());
        int first = from;
        workers.slices(
            count, 1, (worker, low, high) -> writeColumns(a, r, first, whole, low, high));
        addSquares(whole, t);
      }
    }
  }

  /** Columns of K as rows: a_i (x) r for every parameter's r, one after the other. */
  private static void writeColumns(
      Matrix a, Matrix[] r, int first, Matrix whole, int from, int to) {
    double[] weights = new double[a.columns()];
    for (int row = from; row < to; row++) {
      a.get((first + row) % a.rows(), 0, weights, weights.length);
      double[] column = new double[whole.columns()];
      int at = 0;
      for (Matrix parameter : r) {
        double[] numbers = new double[parameter.columns()];
        parameter.get(first + row, 0, numbers, numbers.length);
        for (double weight : weights) {
          for (double number : numbers) {
            column[at++] = weight * number;
          }
        }
      }
      whole.put(row, 0, column, column.length);
    }
  }

  /** T += C^T C. */
  private void addSquares(Matrix c, Matrix t) {
    new Triangle(workers, t.rows())
        .rows(
            (from, to) ->
                LinearAlgebra.transposedTimes(
                    1,
                    someColumns(c, from, to),
                    someColumns(c, 0, to),
                    1,
                    t.part(from, 0, to - from, to)));
  }

  @Override
  public void mix(Tensor coefficients, Gram metric, Tensor gram) {
    Matrix s = matrix("gram", gram);
    int batch = coefficients.shape().dimension(0);
    double[][] kernel = kernel(matrix("coefficients", coefficients), metric);
    new Triangle(workers, s.rows())
        .rows(
            (from, to) -> {
              double[] numbers = new double[s.columns()];
              for (int row = from; row < to; row++) {
                s.get(row, 0, numbers, row + 1);
                scale(numbers, kernel[row % batch], row + 1);
                s.put(row, 0, numbers, row + 1);
              }
            });
  }

  /** A G^-1 A^T. */
  private double[][] kernel(Matrix coefficients, Gram metric) {
    int batch = coefficients.rows();
    int n = coefficients.columns();
    double[][] a = new double[batch][n];
    double[][] kernel = new double[batch][batch];
    for (int i = 0; i < batch; i++) {
      coefficients.get(i, 0, a[i], n);
    }
    workers.slices(
        batch,
        1,
        (worker, from, to) -> {
          for (int i = from; i < to; i++) {
            double[] solved = a[i].clone();
            metric.solve(solved);
            for (int j = 0; j < batch; j++) {
              kernel[i][j] = dot(solved, a[j]);
            }
          }
        });
    return kernel;
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int k = 0; k < one.length; k++) {
      sum += one[k] * other[k];
    }
    return sum;
  }

  /** Multiplies by the factors over and over again. */
  private static void scale(double[] numbers, double[] factors, int count) {
    for (int from = 0; from < count; from += factors.length) {
      int length = Math.min(factors.length, count - from);
      for (int j = 0; j < length; j++) {
        numbers[from + j] *= factors[j];
      }
    }
  }

  @Override
  public void multiply(Tensor gram, Tensor values, Tensor products) {
    Matrix s = matrix("gram", gram);
    Matrix x = matrix("values", values);
    Matrix y = matrix("products", products);
    try (Copies copies = new Copies(s.type())) {
      Matrix source = copies.of(x);
      Matrix target = copies.like(y);
      workers.slices(
          y.columns(),
          GRAIN,
          (worker, from, to) ->
              LinearAlgebra.symmetricTimes(
                  s, someColumns(source, from, to), someColumns(target, from, to)));
      convert(target, y);
    }
  }

  private static Matrix someColumns(Matrix matrix, int from, int to) {
    return matrix.part(0, from, matrix.rows(), to - from);
  }

  @Override
  public boolean factorize(Tensor gram, double damping, Tensor factor) {
    Matrix s = matrix("gram", gram);
    Matrix l = matrix("factor", factor);
    if (s.address() != l.address()) {
      Pointer.memcpy(
          new Address(l.address()), new Address(s.address()), gram.size() * gram.type().bytes());
    }
    double[] entry = new double[1];
    for (int row = 0; row < l.rows(); row++) {
      l.get(row, row, entry, 1);
      entry[0] += damping;
      l.put(row, row, entry, 1);
    }
    return BlockedCholesky.factorize(workers, l);
  }

  @Override
  public void solve(Tensor factor, Tensor values) {
    Matrix l = matrix("factor", factor);
    Matrix x = matrix("values", values);
    try (Copies copies = new Copies(l.type())) {
      Matrix solution = copies.of(x);
      workers.slices(
          x.columns(),
          GRAIN,
          (worker, from, to) -> LinearAlgebra.divideBySquare(l, someColumns(solution, from, to)));
      convert(solution, x);
    }
  }

  @Override
  public void project(
      Tensor coefficients, List<Tensor> rows, double factor, Tensor vectors, Tensor projections) {
    Matrix a = matrix("coefficients", coefficients);
    ColumnRows r = new ColumnRows(pool, workers, rows, a.rows());
    Matrix t = matrix("projections", projections, 1);
    r.read(matrix("vectors", vectors), v -> project(a, r.probes(), factor, v, t));
  }

  private void project(Matrix a, List<Matrix> r, double factor, Matrix v, Matrix t) {
    try (Workspace space = new Workspace(pool, (long) t.columns() * a.columns() * Float.BYTES)) {
      workers.slices(
          t.columns(),
          GRAIN,
          (worker, from, to) -> {
            Matrix own =
                Matrix.contiguous(ElementType.FLOAT32, space.address(), t.columns(), a.columns())
                    .rows(from, to - from);
            blocks(
                a.rows(),
                from,
                to,
                (probe, first, count, offset) ->
                    LinearAlgebra.timesTransposed(
                        factor, r.get(probe).rows(first, count), v, 0, own.rows(offset, count)));
            mixRows(a, own, from, t);
          });
    }
  }

  /** What is done to some rows of a probe. */
  private interface Block {
    /**
     * Does it.
     *
     * @param first of the rows of the probe
     * @param offset of it among all rows that are run over
     */
    void run(int probe, int first, int count, int offset);
  }

  /** Runs over columns {@code from} to {@code to} of K, probe by probe. */
  private static void blocks(int batch, int from, int to, Block block) {
    for (int column = from; column < to; ) {
      int probe = column / batch;
      int first = column - probe * batch;
      int count = Math.min(batch - first, to - column);
      block.run(probe, first, count, column - from);
      column += count;
    }
  }

  /** t_ai = sum_k a_ik p_aik. */
  private static void mixRows(Matrix a, Matrix products, int from, Matrix t) {
    double[] weights = new double[a.columns()];
    double[] product = new double[a.columns()];
    double[] sums = new double[products.rows()];
    for (int row = 0; row < sums.length; row++) {
      a.get((from + row) % a.rows(), 0, weights, weights.length);
      products.get(row, 0, product, product.length);
      sums[row] = dot(weights, product);
    }
    t.put(0, from, sums, sums.length);
  }

  @Override
  public void combine(
      Tensor weights, Tensor coefficients, List<Tensor> rows, double factor, Tensor combination) {
    Matrix w = matrix("weights", weights, 1);
    Matrix a = matrix("coefficients", coefficients);
    ColumnRows r = new ColumnRows(pool, workers, rows, a.rows());
    r.write(matrix("combination", combination), v -> combine(w, a, r.probes(), factor, v));
  }

  private void combine(Matrix w, Matrix a, List<Matrix> r, double factor, Matrix v) {
    try (Workspace space = new Workspace(pool, (long) w.columns() * a.columns() * Float.BYTES)) {
      Matrix scaled =
          Matrix.contiguous(ElementType.FLOAT32, space.address(), w.columns(), a.columns());
      scaleRows(a, w, scaled);
      workers.slices(
          v.columns(),
          GRAIN,
          (worker, from, to) -> {
            for (int probe = 0; probe < r.size(); probe++) {
              LinearAlgebra.transposedTimes(
                  factor,
                  scaled.rows(probe * a.rows(), a.rows()),
                  someColumns(r.get(probe), from, to),
                  probe == 0 ? 0 : 1,
                  someColumns(v, from, to));
            }
          });
    }
  }

  /** w_ai a_i for each probe a and example i. */
  private static void scaleRows(Matrix a, Matrix w, Matrix scaled) {
    double[] weights = new double[w.columns()];
    double[] row = new double[a.columns()];
    w.get(0, 0, weights, weights.length);
    for (int column = 0; column < weights.length; column++) {
      a.get(column % a.rows(), 0, row, row.length);
      for (int k = 0; k < row.length; k++) {
        row[k] *= weights[column];
      }
      scaled.put(column, 0, row, row.length);
    }
  }

  @Override
  public void projectEach(List<Tensor> columns, double factor, Tensor outputs, Tensor projections) {
    Matrix y = matrix("outputs", outputs);
    Matrix[] u = matrices("columns", columns, y.rows());
    Matrix t = matrix("projections", projections, u.length);
    workers.slices(
        y.rows(),
        1,
        (worker, from, to) -> {
          double[] output = new double[y.columns()];
          double[] column = new double[y.columns()];
          double[] sum = new double[1];
          for (int i = from; i < to; i++) {
            y.get(i, 0, output, output.length);
            for (int a = 0; a < u.length; a++) {
              u[a].get(i, 0, column, column.length);
              sum[0] = factor * dot(column, output);
              t.put(a, i, sum, 1);
            }
          }
        });
  }

  @Override
  public void combineEach(
      Tensor weights, List<Tensor> columns, double factor, Tensor combinations) {
    Matrix e = matrix("combinations", combinations);
    Matrix[] u = matrices("columns", columns, e.rows());
    Matrix w = matrix("weights", weights, u.length);
    workers.slices(
        e.rows(),
        1,
        (worker, from, to) -> {
          double[] column = new double[e.columns()];
          double[] weight = new double[1];
          for (int i = from; i < to; i++) {
            double[] sums = new double[e.columns()];
            for (int a = 0; a < u.length; a++) {
              w.get(a, i, weight, 1);
              u[a].get(i, 0, column, column.length);
              addScaled(sums, factor * weight[0], column);
            }
            e.put(i, 0, sums, sums.length);
          }
        });
  }

  private static void addScaled(double[] sums, double factor, double[] addend) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] += factor * addend[c];
    }
  }
}
