package io.loxodrome.cuda;

import io.loxodrome.cuda.MetricStep.Choice;
import io.loxodrome.cuda.MetricStep.Operand;
import io.loxodrome.cuda.MetricStep.Parameter;
import io.loxodrome.cuda.MetricStep.Real;
import java.util.List;

/**
 * One optimiser's step on basis points, the metric's solve included, in one pass over memory.
 *
 * <p>All arrays are matrices x n x columns, columns contiguous, and do not overlap: P, v, m and u
 * in f32, the gradient g in f32 or bf16. Any address that is a multiple of the element's size will
 * do; where those of P, v, m and u are multiples of 16, that of g of four elements, and columns of
 * 4, four elements are moved at a time. With G the metric, column by column:
 *
 * <pre>
 *     sgd           r = scale G^-1 g;  v = momentum v + r
 *                   d = v, or r + momentum v by Nesterov's rule
 *     adam          r = scale G^-1 g;  m = beta1 m + (1 - beta1) r;  u = beta2 u + (1 - beta2) r^2
 *                   d = (m / (1 - beta1^count)) / (sqrt(u / (1 - beta2^count)) + epsilon)
 *     whitenedAdam  adam with r = scale R^-T g, where G = R^T R, then d = R^-1 d
 *     all           P = (1 - learningRate decay) P - learningRate d
 * </pre>
 *
 * <p>Rows that G freezes keep P, v, m and u. Their gradient is not read.
 *
 * <p>Traffic: 5 n words a column for SGD and 7 n for Adam, besides the factors of G, which each
 * block reads once. Splines of more than 768 basis points read g twice. A product of more than 64
 * basis points that is not diagonal is solved with in place first, which adds 4 n; replicas are
 * not.
 */
public final class FusedOptimizer {
  private static final int VECTOR = 4;

  private final MetricLaunch launch;
  private final MetricSolve solve;

  public FusedOptimizer(Kernels kernels) {
    this.launch = new MetricLaunch(kernels);
    this.solve = new MetricSolve(kernels);
  }

  /**
   * One step of momentum SGD with decoupled decay.
   *
   * @param metric G, on the same driver
   * @param basis device address of P, updated
   * @param gradient device address of g; undefined afterwards
   * @param velocity device address of v, updated
   * @throws IllegalArgumentException if an address is null or not a multiple of the element's size,
   *     or a size is beyond 64-bit addresses
   */
  public void sgd(
      SgdNumbers numbers,
      MetricFactors metric,
      MetricShape shape,
      long basis,
      long gradient,
      Storage gradientStorage,
      long velocity,
      Stream stream) {
    MetricStep step =
        step(
            "sgd",
            false,
            List.of(single("basis", basis), single("velocity", velocity)),
            List.of(
                new Real("scale", numbers.scale()),
                new Real("momentum", numbers.momentum()),
                new Choice("nesterov", numbers.rule() == SgdNumbers.Rule.NESTEROV),
                new Real("learning rate", numbers.learningRate()),
                keep(numbers.learningRate(), numbers.decay())));
    solvedStep(metric.form(), shape, gradient, gradientStorage, step, stream);
  }

  /**
   * One step of Adam with decoupled decay in the paper's form: Adam sees the rescaled gradient.
   *
   * @param metric G, on the same driver
   * @param basis device address of P, updated
   * @param gradient device address of g; undefined afterwards
   * @param first device address of m, updated
   * @param second device address of u, updated
   * @throws IllegalArgumentException if an address is null or not a multiple of the element's size,
   *     or a size is beyond 64-bit addresses
   */
  public void adam(
      AdamNumbers numbers,
      MetricFactors metric,
      MetricShape shape,
      long basis,
      long gradient,
      Storage gradientStorage,
      long first,
      long second,
      Stream stream) {
    MetricStep step = adamStep("adam", false, numbers, basis, first, second);
    solvedStep(metric.form(), shape, gradient, gradientStorage, step, stream);
  }

  /**
   * One step of Adam with decoupled decay, whitened: the moments live in coordinates in which the
   * metric is the identity.
   *
   * @param metric G, on the same driver; a product that is not diagonal may have 64 basis points at
   *     most, each replica's
   * @param basis device address of P, updated
   * @param gradient device address of g
   * @param first device address of m, updated
   * @param second device address of u, updated
   * @throws IllegalArgumentException if an address is null or not a multiple of the element's size,
   *     a size is beyond 64-bit addresses, or the metric is too large a product
   */
  public void whitenedAdam(
      AdamNumbers numbers,
      MetricFactors metric,
      MetricShape shape,
      long basis,
      long gradient,
      Storage gradientStorage,
      long first,
      long second,
      Stream stream) {
    MetricStep step = adamStep("whitened", true, numbers, basis, first, second);
    whitenedStep(metric.form(), shape, gradient, gradientStorage, step, stream);
  }

  private void whitenedStep(
      MetricForm form,
      MetricShape shape,
      long gradient,
      Storage storage,
      MetricStep step,
      Stream stream) {
    if (form instanceof MetricForm.Kronecker product) {
      if (!product.repeatsRight()) {
        throw new IllegalArgumentException(
            "whitened Adam on a product of %d basis points: kernels whiten products of up to %d that are not diagonal; use the paper's form of Adam there"
                .formatted(form.size(), MetricForm.Dense.MOST));
      }
      MetricShape each = shape.outside(product.left().size());
      whitenedStep(product.right(), each, gradient, storage, step, stream);
    } else {
      launch.launch(form, shape, gradient, storage, step, stream);
    }
  }

  /**
   * The step behind G^-1, which for a product has to be applied beforehand; I (x) G is G on as many
   * matrices.
   */
  private void solvedStep(
      MetricForm form,
      MetricShape shape,
      long gradient,
      Storage storage,
      MetricStep step,
      Stream stream) {
    if (form instanceof MetricForm.Kronecker product && product.repeatsRight()) {
      MetricShape each = shape.outside(product.left().size());
      solvedStep(product.right(), each, gradient, storage, step, stream);
    } else if (form instanceof MetricForm.Kronecker product) {
      launch.check(product.moving(), shape, gradient, storage, step);
      solve.solve(product, shape, gradient, gradient, storage, stream);
      launch.launch(product.moving(), shape, gradient, storage, step, stream);
    } else {
      launch.launch(form, shape, gradient, storage, step, stream);
    }
  }

  private static MetricStep adamStep(
      String name, boolean whitened, AdamNumbers numbers, long basis, long first, long second) {
    return step(
        name,
        whitened,
        List.of(single("basis", basis), single("first", first), single("second", second)),
        List.of(
            new Real("scale", numbers.scale()),
            new Real("beta1", numbers.beta1()),
            new Real("1 - beta1", 1 - numbers.beta1()),
            new Real("beta2", numbers.beta2()),
            new Real("1 - beta2", 1 - numbers.beta2()),
            new Real("first correction", numbers.firstCorrection()),
            new Real("second correction", numbers.secondCorrection()),
            new Real("epsilon", numbers.epsilon()),
            new Real("learning rate", numbers.learningRate()),
            keep(numbers.learningRate(), numbers.decay())));
  }

  private static MetricStep step(
      String name, boolean whitened, List<Operand> operands, List<Parameter> parameters) {
    return new MetricStep(KernelFile.OPTIMIZER, name, whitened, true, VECTOR, operands, parameters);
  }

  private static Operand single(String name, long address) {
    return new Operand(name, address, Float.BYTES);
  }

  private static Real keep(double learningRate, double decay) {
    return new Real("1 - learning rate * decay", 1 - learningRate * decay);
  }
}
