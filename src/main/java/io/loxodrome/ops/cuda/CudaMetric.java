package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Cholesky;
import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.cuda.LayerwiseGram;
import io.loxodrome.cuda.LayerwiseGram.GramShape;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.manifold.Gram;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The layerwise metric by products of matrices, in single precision alone, which is all that they
 * are given in here. On a device whose products multiply in TF32 or bf16, S is no more precise than
 * they are, and takes more damping to have a factor.
 */
final class CudaMetric implements MetricOperators {
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final Constants constants;
  private final LayerwiseGram kernels;
  private final BasisMix mixing;
  private final Elementwise elementwise;
  private final Cholesky cholesky;
  private final IdentityHashMap<Gram, Long> inverses = new IdentityHashMap<>();

  CudaMetric(CudaResources resources, HostTransfers transfers, Constants constants) {
    this.resources = resources;
    this.transfers = transfers;
    this.constants = constants;
    this.kernels = new LayerwiseGram(resources.kernels());
    this.mixing = new BasisMix(resources.kernels());
    this.elementwise = new Elementwise(resources.kernels());
    this.cholesky = new Cholesky(resources.kernels(), resources.products());
  }

  @Override
  public List<ElementType> gramTypes() {
    return List.of(ElementType.FLOAT32);
  }

  private static int rows(Tensor tensor) {
    return tensor.shape().dimension(0);
  }

  private static int rowSize(Tensor tensor) {
    return Math.toIntExact(tensor.shape().rowSize());
  }

  private static long at(long address, long index) {
    return address + index * Float.BYTES;
  }

  private void zero(long address, long count) {
    if (count > 0) {
      resources.driver().fill(address, (byte) 0, count * Float.BYTES, resources.stream());
    }
  }

  @Override
  public void clear(Tensor gram) {
    zero(CudaMemory.target(gram), gram.size());
  }

  @Override
  public void addGram(List<Tensor> rows, double factor, Tensor gram) {
    Rows r = new Rows(0, rowSize(rows.get(0)), rowSize(rows.get(0)));
    if (gram.size() > 0 && r.length() > 0) {
      GramShape shape = new GramShape(rows(rows.get(0)), rows.size());
      try (Scratch products = resources.memory().floats(gram.size())) {
        multiplyRows(rows, r, r, products.address());
        kernels.add(
            shape, 0, 0, products.address(), factor, CudaMemory.target(gram), resources.stream());
      }
    }
  }

  /**
   * Which numbers of each example stand for a row.
   *
   * @param offset of the first
   * @param length how many there are
   * @param stride from one example to the next
   */
  private record Rows(int offset, int length, int stride) {
    /** Position {@code position} of so many. */
    static Rows at(Tensor tensor, int position) {
      int length = tensor.shape().dimension(2);
      return new Rows(position * length, length, tensor.shape().dimension(1) * length);
    }
  }

  /** The blocks on and below the diagonal of u v^T, u and v being rows of the probes' tensors. */
  private void multiplyRows(List<Tensor> probes, Rows u, Rows v, long products) {
    int batch = rows(probes.get(0));
    int size = batch * probes.size();
    for (int a = 0; a < probes.size(); a++) {
      for (int b = 0; b <= a; b++) {
        multiplyRows(
            batch,
            at(CudaMemory.source(probes.get(a)), u.offset()),
            u,
            at(CudaMemory.source(probes.get(b)), v.offset()),
            v,
            at(products, ((long) a * size + b) * batch),
            size);
      }
    }
  }

  private void multiplyRows(
      int batch, long left, Rows u, long right, Rows v, long products, int stride) {
    resources.multiply(
        new MatrixProduct(
            1,
            batch,
            batch,
            u.length(),
            Factor.plain(u.stride(), 0),
            Factor.transposed(v.stride(), 0),
            Factor.plain(stride, 0),
            false),
        left,
        right,
        products);
  }

  /** For each pair of positions on its own, which is quick where they are few. */
  @Override
  public void addProducts(
      Tensor inputs, double constant, List<Tensor> columns, double factor, Tensor gram) {
    int batch = rows(inputs);
    int positions = inputs.shape().dimension(1);
    if (gram.size() == 0 || columns.get(0).size() == 0) {
      return;
    }
    long s = CudaMemory.target(gram);
    GramShape shape = new GramShape(batch, columns.size());
    try (Scratch pairs = resources.memory().floats((long) batch * batch);
        Scratch products = resources.memory().floats(gram.size())) {
      for (int l = 0; l < positions; l++) {
        for (int m = 0; m < positions; m++) {
          multiplyInputs(inputs, l, m, pairs.address());
          multiplyRows(
              columns, Rows.at(columns.get(0), l), Rows.at(columns.get(0), m), products.address());
          kernels.add(
              shape,
              pairs.address(),
              constant * constant,
              products.address(),
              factor,
              s,
              resources.stream());
        }
      }
    }
  }

  /** x_il . x_jm for all pairs of examples. */
  private void multiplyInputs(Tensor inputs, int l, int m, long pairs) {
    int batch = rows(inputs);
    Rows left = Rows.at(inputs, l);
    Rows right = Rows.at(inputs, m);
    if (left.length() == 0) {
      zero(pairs, (long) batch * batch);
      return;
    }
    long x = CudaMemory.source(inputs);
    multiplyRows(batch, at(x, left.offset()), left, at(x, right.offset()), right, pairs, batch);
  }

  /** Columns as they are, B of them at a time, by one product for each pair of parameters. */
  @Override
  public void addOuter(Tensor coefficients, List<Tensor> rows, Tensor matrix) {
    int batch = rows(coefficients);
    int columns = rows(rows.get(0));
    int size = rows(matrix);
    if (columns == 0 || size == 0) {
      return;
    }
    try (Scratch expanded = resources.memory().floats((long) batch * size)) {
      for (int first = 0; first < columns; first += batch) {
        expand(coefficients, rows, first, expanded.address());
        addSquares(columnBlocks(coefficients, rows), batch, expanded.address(), matrix);
      }
    }
  }

  /** How many numbers of a column each parameter has, those without any left out. */
  private static int[] columnBlocks(Tensor coefficients, List<Tensor> rows) {
    return rows.stream()
        .mapToInt(row -> rowSize(coefficients) * rowSize(row))
        .filter(length -> length > 0)
        .toArray();
  }

  /** a_i (x) r for rows {@code first} and on, each parameter's B x n p behind the last one's. */
  private void expand(Tensor coefficients, List<Tensor> rows, int first, long expanded) {
    int batch = rows(coefficients);
    int n = rowSize(coefficients);
    long target = expanded;
    for (Tensor row : rows) {
      int length = rowSize(row);
      if (length > 0) {
        mixing.expand(
            new MixShape(batch, n, length, 1),
            Storage.FLOAT32,
            CudaMemory.source(coefficients),
            at(CudaMemory.source(row), (long) first * length),
            0,
            target,
            resources.stream());
        target = at(target, (long) batch * n * length);
      }
    }
  }

  /** T += C^T C for the C that {@link #expand} left, block by block. */
  private void addSquares(int[] lengths, int batch, long expanded, Tensor matrix) {
    int size = rows(matrix);
    long t = CudaMemory.target(matrix);
    for (int down = 0, row = 0; down < lengths.length; row += lengths[down++]) {
      for (int across = 0, column = 0; across <= down; column += lengths[across++]) {
        resources.multiply(
            new MatrixProduct(
                1,
                lengths[down],
                lengths[across],
                batch,
                Factor.transposed(lengths[down], 0),
                Factor.plain(lengths[across], 0),
                Factor.plain(size, 0),
                true),
            at(expanded, (long) batch * row),
            at(expanded, (long) batch * column),
            at(t, (long) row * size + column));
      }
    }
  }

  @Override
  public void mix(Tensor coefficients, Gram metric, Tensor gram) {
    int batch = rows(coefficients);
    int n = metric.size();
    if (gram.size() == 0) {
      return;
    }
    long a = CudaMemory.source(coefficients);
    try (Scratch solved = resources.memory().floats((long) batch * n);
        Scratch mixing = resources.memory().floats((long) batch * batch)) {
      resources.multiply(
          MatrixProduct.single(batch, n, n, false, false), a, inverse(metric), solved.address());
      resources.multiply(
          MatrixProduct.single(batch, batch, n, false, true),
          solved.address(),
          a,
          mixing.address());
      GramShape shape = new GramShape(batch, rows(gram) / batch);
      kernels.mix(shape, mixing.address(), CudaMemory.target(gram), resources.stream());
    }
  }

  /** The address of G^-1, kept as long as the device: a network has few metrics. */
  private long inverse(Gram metric) {
    return inverses.computeIfAbsent(metric, this::upload);
  }

  private long upload(Gram metric) {
    int n = metric.size();
    long address = constants.floats(n * n, "a new metric came");
    ByteBuffer bytes = ByteBuffer.allocate(n * n * Float.BYTES).order(ByteOrder.nativeOrder());
    for (double[] row : metric.inverse()) {
      for (double entry : row) {
        bytes.putFloat((float) entry);
      }
    }
    transfers.write(bytes.flip(), address);
    return address;
  }

  /** Completes the matrix, whose upper triangle means nothing, for a product. */
  @Override
  public void multiply(Tensor gram, Tensor values, Tensor products) {
    int size = rows(gram);
    if (values.size() == 0) {
      return;
    }
    long s = CudaMemory.target(gram);
    kernels.mirror(size, s, resources.stream());
    resources.multiply(
        MatrixProduct.single(size, rowSize(values), size, false, false),
        s,
        CudaMemory.source(values),
        CudaMemory.target(products));
  }

  @Override
  public boolean factorize(Tensor gram, double damping, Tensor factor) {
    resources.memory().requireNotRecording("a matrix was factorized");
    int size = rows(gram);
    if (size == 0) {
      return true;
    }
    long s = CudaMemory.source(gram);
    long l = CudaMemory.target(factor);
    if (s != l) {
      resources.driver().copy(s, l, gram.size() * Float.BYTES, resources.stream());
    }
    try (Scratch workspace = resources.memory().floats(cholesky.factorizeWorkspace(size));
        Scratch failed = resources.memory().scratch(Integer.BYTES)) {
      resources.driver().fill(failed.address(), (byte) 0, Integer.BYTES, resources.stream());
      cholesky.factorize(
          l, size, damping, failed.address(), workspace.address(), resources.stream());
      ByteBuffer flag = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
      transfers.read(failed.address(), flag);
      return flag.getInt(0) == 0;
    }
  }

  @Override
  public void solve(Tensor factor, Tensor values) {
    if (values.size() == 0) {
      return;
    }
    int columns = rowSize(values);
    try (Scratch workspace = resources.memory().floats(cholesky.solveWorkspace(columns))) {
      cholesky.solve(
          CudaMemory.source(factor),
          rows(factor),
          CudaMemory.target(values),
          columns,
          workspace.address(),
          resources.stream());
    }
  }

  /** First r_ai . v_k for all k, then their sum with the coefficients. */
  @Override
  public void project(
      Tensor coefficients, List<Tensor> rows, double factor, Tensor vectors, Tensor projections) {
    int batch = rows(coefficients);
    int n = rowSize(coefficients);
    int parameters = rowSize(vectors);
    long t = CudaMemory.target(projections);
    if (batch == 0 || n == 0 || parameters == 0) {
      zero(t, projections.size());
      return;
    }
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, 1, n);
    try (Scratch products = resources.memory().floats((long) batch * n)) {
      for (int probe = 0; probe < rows.size(); probe++) {
        resources.multiply(
            MatrixProduct.single(batch, n, parameters, false, true),
            CudaMemory.source(rows.get(probe)),
            CudaMemory.source(vectors),
            products.address());
        kernels.projectColumns(
            shape,
            products.address(),
            CudaMemory.source(coefficients),
            factor,
            at(t, (long) probe * batch),
            resources.stream());
      }
    }
  }

  @Override
  public void combine(
      Tensor weights, Tensor coefficients, List<Tensor> rows, double factor, Tensor combination) {
    int batch = rows(coefficients);
    int n = rowSize(coefficients);
    int parameters = rowSize(combination);
    long v = CudaMemory.target(combination);
    if (batch == 0 || n == 0 || parameters == 0) {
      zero(v, combination.size());
      return;
    }
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, 1, n);
    try (Scratch weighted = resources.memory().floats((long) batch * n)) {
      for (int probe = 0; probe < rows.size(); probe++) {
        kernels.combineColumns(
            shape,
            CudaMemory.source(coefficients),
            at(CudaMemory.source(weights), (long) probe * batch),
            factor,
            weighted.address(),
            resources.stream());
        resources.multiply(
            new MatrixProduct(
                1,
                n,
                parameters,
                batch,
                Factor.transposed(n, 0),
                Factor.plain(parameters, 0),
                Factor.plain(parameters, 0),
                probe > 0),
            weighted.address(),
            CudaMemory.source(rows.get(probe)),
            v);
      }
    }
  }

  @Override
  public void projectEach(List<Tensor> columns, double factor, Tensor outputs, Tensor projections) {
    int batch = rows(outputs);
    long t = CudaMemory.target(projections);
    if (outputs.size() == 0) {
      zero(t, projections.size());
      return;
    }
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, 1, rowSize(outputs));
    for (int probe = 0; probe < columns.size(); probe++) {
      kernels.projectColumns(
          shape,
          CudaMemory.source(columns.get(probe)),
          CudaMemory.source(outputs),
          factor,
          at(t, (long) probe * batch),
          resources.stream());
    }
  }

  /** The first probe's share is written, the others' are added to it. */
  @Override
  public void combineEach(
      Tensor weights, List<Tensor> columns, double factor, Tensor combinations) {
    if (combinations.size() == 0) {
      return;
    }
    int batch = rows(combinations);
    long e = CudaMemory.target(combinations);
    long w = CudaMemory.source(weights);
    LayerwiseGram.Shape shape = new LayerwiseGram.Shape(batch, 1, rowSize(combinations));
    try (Scratch share = resources.memory().floats(combinations.size())) {
      for (int probe = 0; probe < columns.size(); probe++) {
        long target = probe == 0 ? e : share.address();
        kernels.combineColumns(
            shape,
            CudaMemory.source(columns.get(probe)),
            at(w, (long) probe * batch),
            factor,
            target,
            resources.stream());
        if (probe > 0) {
          elementwise.addScaled(e, 1, target, combinations.size(), resources.stream());
        }
      }
    }
  }
}
