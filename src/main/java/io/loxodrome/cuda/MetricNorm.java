package io.loxodrome.cuda;

import io.loxodrome.cuda.MetricStep.Address;
import io.loxodrome.cuda.MetricStep.Operand;
import io.loxodrome.cuda.MetricStep.Parameter;
import java.util.List;

/**
 * Measures gradients in a metric: tr(g^T G^-1 g), the squared length of a gradient g, and of the
 * step G^-1 g. Same launch, same bits.
 *
 * <p>g is matrices x n x columns, columns contiguous, at any address that is a multiple of its
 * element's size. With G = R^T R the sum is that of the squares of R^-T g: each thread's in single
 * precision with its rounding error carried along, then in double.
 *
 * <p>Traffic: n words a column. A product of more than 64 basis points that is not diagonal is
 * solved with into the workspace first: 6 n, and the solution is rounded to g's storage.
 */
public final class MetricNorm {
  private static final int SUM_THREADS = 256;

  private final Kernels kernels;
  private final MetricLaunch launch;
  private final MetricSolve solve;

  public MetricNorm(Kernels kernels) {
    this.kernels = kernels;
    this.launch = new MetricLaunch(kernels);
    this.solve = new MetricSolve(kernels);
  }

  /** How many bytes {@link #squaredNorm} needs to work in. */
  public long workspaceBytes(MetricFactors metric, MetricShape shape, Storage storage) {
    long partials = launch.mostBlocks() * Double.BYTES;
    MetricForm form = metric.form();
    return form instanceof MetricForm.Kronecker
        ? partials + shape.columns() * shape.matrices() * form.size() * storage.bytes()
        : partials;
  }

  /**
   * total = the sum over all matrices of tr(g^T G^-1 g).
   *
   * @param metric G, on the same driver
   * @param gradient device address of g
   * @param workspace device address of {@link #workspaceBytes} bytes, a multiple of 16
   * @param total device address of one number in double precision, a multiple of 8
   * @throws IllegalArgumentException if an address is null or not such a multiple, or a size is
   *     beyond 64-bit addresses
   */
  public void squaredNorm(
      MetricFactors metric,
      MetricShape shape,
      long gradient,
      Storage storage,
      long workspace,
      long total,
      Stream stream) {
    MetricForm form = metric.form();
    boolean solved = form instanceof MetricForm.Kronecker;
    long solution = solved ? workspace + launch.mostBlocks() * Double.BYTES : 0;
    MetricStep step = solved ? dot(workspace, solution, storage) : norm(workspace, storage);
    MetricForm last = solved ? MetricForm.Scaled.identity(form.size()) : form;
    long blocks = launch.check(last, shape, gradient, storage, step);
    Arguments sum =
        Arguments.of("metric_norm_total")
            .address("workspace", workspace, MetricLaunch.VECTOR_BYTES)
            .int32("blocks", blocks, 0, Integer.MAX_VALUE)
            .address("total", total, Double.BYTES);
    if (shape.isEmpty()) {
      kernels.driver().fill(total, (byte) 0, Double.BYTES, stream);
      return;
    }
    if (solved) {
      solve.solve(form, shape, gradient, solution, storage, stream);
    }
    launch.launch(last, shape, gradient, storage, step, stream);
    kernels.launch(KernelFile.METRIC, LaunchShape.row(1, SUM_THREADS), sum, stream);
  }

  private static MetricStep norm(long partials, Storage storage) {
    return step("metric_norm", true, storage, List.of(), partials);
  }

  private static MetricStep dot(long partials, long solution, Storage storage) {
    return step(
        "metric_dot",
        false,
        storage,
        List.of(new Operand("solution", solution, storage.bytes())),
        partials);
  }

  private static MetricStep step(
      String name, boolean whitened, Storage storage, List<Operand> operands, long partials) {
    List<Parameter> parameters =
        List.of(new Address("workspace", partials, MetricLaunch.VECTOR_BYTES));
    return new MetricStep(
        KernelFile.METRIC, name, whitened, false, storage.vector(), operands, parameters);
  }
}
