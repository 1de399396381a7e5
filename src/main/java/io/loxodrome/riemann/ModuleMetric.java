package io.loxodrome.riemann;

import io.loxodrome.autograd.LinearFactor;
import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.manifold.Gram;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metric of one module, M = mu D + K K^T with D = G (x) I, by the columns of K.
 *
 * <p>Column number q B + i is (1 / sqrt B) a(s_i) (x) J_i^T u_iq, for q probes and B examples. M is
 * never formed: by Woodbury's identity, with Q = G^-1 (0 on frozen points) and S = K^T Q K,
 *
 * <pre>  M^-1 g = Q (g - K w) / mu,  (mu I + S) w = K^T Q g,</pre>
 *
 * <p>which is a system of the size of the columns, not of the parameters.
 */
public final class ModuleMetric implements AutoCloseable {
  private final Device device;
  private final List<Parameter> parameters;
  private final Gram metric;
  private final Columns columns;
  private final Tensor coefficients;
  private final Tensor solvedCoefficients;
  private final int size;
  private @Nullable Tensor gram;

  private ModuleMetric(
      Device device, List<Parameter> parameters, Columns columns, Tensor coefficients, int probes) {
    this.device = device;
    this.parameters = parameters;
    this.metric = parameters.get(0).gram();
    this.columns = columns;
    this.coefficients = device.allocate(coefficients.shape());
    device.operators().elementwise().copy(coefficients, this.coefficients);
    this.solvedCoefficients = solved(coefficients);
    this.size = Math.multiplyExact(probes, coefficients.shape().dimension(0));
  }

  /** A metric whose columns are still to come. */
  static ModuleMetric of(
      Device device,
      List<Parameter> parameters,
      List<ParameterFactor> uses,
      int batch,
      int probes) {
    requireOneMetric(parameters);
    Tensor coefficients = uses.get(0).coefficients();
    if (uses.stream().anyMatch(use -> use.coefficients() != coefficients)) {
      throw new IllegalArgumentException(
          parameters.get(0).name() + " is used with different conditionings in one pass");
    }
    return new ModuleMetric(
        device, parameters, columns(device, parameters, uses, batch, probes), coefficients, probes);
  }

  private static Columns columns(
      Device device,
      List<Parameter> parameters,
      List<ParameterFactor> uses,
      int batch,
      int probes) {
    if (uses.size() == 1 && uses.get(0) instanceof LinearFactor linear) {
      int inputs = linear.layer().inputs();
      int outputs = linear.layer().outputs();
      double products = Way.PRODUCTS.work(batch, probes, inputs, outputs);
      if (products < Way.ROWS.work(batch, probes, inputs, outputs)) {
        return new ProductColumns(device, linear, probes);
      }
    }
    return new RowColumns(device, parameters, batch, probes);
  }

  private static void requireOneMetric(List<Parameter> parameters) {
    Parameter first = parameters.get(0);
    double[][] matrix = first.gram().matrix();
    for (Parameter other : parameters) {
      if (!other.manifold().equals(first.manifold())
          || !Arrays.deepEquals(other.gram().matrix(), matrix)) {
        throw new IllegalArgumentException(
            first + " and " + other + " are of one module, but not in one metric");
      }
    }
  }

  /** A Q, by which K^T Q g is K^T g with other coefficients. */
  private Tensor solved(Tensor of) {
    int n = of.shape().dimension(1);
    double[] values = of.toDoubles();
    double[] row = new double[n];
    for (int i = 0; i < values.length; i += n) {
      System.arraycopy(values, i, row, 0, n);
      metric.solve(row);
      System.arraycopy(row, 0, values, i, n);
    }
    return device.allocate(of.shape()).write(values);
  }

  void add(int probe, ParameterFactor factor, Tensor cotangent) {
    columns.add(probe, factor, cotangent);
  }

  /** Subtracts K w from vectors shaped as the parameters. */
  void subtractCombination(Tensor weights, List<Tensor> from) {
    columns.subtractCombination(weights, coefficients, parameters, from);
  }

  void complete() {
    columns.complete(coefficients.shape().dimension(0));
  }

  private MetricOperators operators() {
    return device.operators().metric();
  }

  /** Its parameters, in the order of use. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** N = q B, how many columns there are. */
  public int size() {
    return size;
  }

  /** How its columns are kept. */
  public Way way() {
    return columns.way();
  }

  /**
   * S = K^T Q K, N x N, of which only the lower triangle is written, diagonal included. It stays
   * this object's.
   */
  public Tensor gram() {
    if (gram == null) {
      gram = newGram(device.realType());
    }
    return gram;
  }

  /** S in one of the types the device has for it, for the caller to close. */
  Tensor newGram(ElementType type) {
    Tensor created = device.allocate(type, Shape.of(size, size));
    try {
      operators().clear(created);
      columns.addGram(created);
      operators().mix(coefficients, metric, created);
      return created;
    } catch (RuntimeException e) {
      created.close();
      throw e;
    }
  }

  private DampedSystem system() {
    return new DampedSystem(device, parameters.get(0).name(), gram(), this::newGram);
  }

  /**
   * The damping that a step is taken with: at least so much of S's largest eigenvalue that rounding
   * cannot decide the step, 1e-5 where real numbers have 32 bits and 1e-9 where they have 64.
   *
   * @param damping mu, at least 0
   * @throws ArithmeticException if the columns hold numbers that are not finite
   */
  public double effectiveDamping(double damping) {
    double floor = device.realType() == ElementType.FLOAT64 ? 1e-9 : 1e-5;
    return Math.max(damping, floor * system().largestEigenvalue());
  }

  /**
   * Replaces the gradients g by g - K w, so that Q g / mu is the step then.
   *
   * @param damping mu as {@link #effectiveDamping} gave it; where it is 0 there are no columns but
   *     zeros and the gradients become 0
   * @param gradients for each of the parameters, updated
   * @return g^T M^-1 g, the squared length of g and of the step in this metric
   * @throws ArithmeticException if the columns or gradients hold numbers that are not finite
   */
  public double precondition(double damping, List<Tensor> gradients) {
    if (damping == 0) {
      gradients.forEach(gradient -> device.operators().elementwise().fill(gradient, 0));
      return 0;
    }
    double inManifold = 0;
    for (Tensor gradient : gradients) {
      inManifold += device.operators().update().squaredNorm(metric, gradient);
    }
    try (Tensor values = device.allocate(Shape.of(size))) {
      columns.project(solvedCoefficients, gradients, values);
      double[] projections = values.toDoubles();
      system().solve(damping, values);
      double explained = SymmetricMatrix.dot(projections, values.toDoubles());
      subtractCombination(values, gradients);
      return Math.max(0, inManifold - explained) / damping;
    }
  }

  /** Frees the columns; the second call does nothing. */
  @Override
  public void close() {
    columns.close();
    coefficients.close();
    solvedCoefficients.close();
    if (gram != null) {
      gram.close();
    }
  }
}
