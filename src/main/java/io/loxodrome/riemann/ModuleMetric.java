package io.loxodrome.riemann;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.ProductFactor;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The metric of one module, M = mu D + K K^T with D = G (x) I, by the columns of K.
 *
 * <p>Column number q B + i is (1 / sqrt B) a(s_i) (x) J_i^T u_iq, for q probes and B examples. Its
 * inverse is had from a system as large as the columns, or as the parameters where they are fewer.
 */
public final class ModuleMetric implements AutoCloseable {
  private final Device device;
  private final List<Parameter> parameters;
  private final Way way;
  private final ModuleColumns columns;
  private final MetricInverse inverse;

  private ModuleMetric(
      Device device,
      List<Parameter> parameters,
      Way way,
      ModuleColumns columns,
      MetricInverse inverse) {
    this.device = device;
    this.parameters = parameters;
    this.way = way;
    this.columns = columns;
    this.inverse = inverse;
  }

  /** A metric whose columns are still to come. */
  static ModuleMetric of(
      Device device,
      List<Parameter> parameters,
      List<ParameterFactor> uses,
      int batch,
      int probes,
      Function<ModuleSize, Way> choice) {
    requireOneMetric(parameters);
    Tensor coefficients = uses.get(0).coefficients();
    if (uses.stream().anyMatch(use -> use.coefficients() != coefficients)) {
      throw new IllegalArgumentException(
          parameters.get(0).name() + " is used with different conditionings in one pass");
    }
    Optional<ProductLayer> layer = ProductLayer.of(device, uses);
    Way way = choice.apply(size(parameters, layer, batch, probes));
    if (way == Way.PRODUCTS) {
      ProductColumns products =
          new ProductColumns(device, layer.orElseThrow(), (ProductFactor) uses.get(0), probes);
      return woodbury(device, parameters, way, products, coefficients, probes);
    }
    RowColumns rows = new RowColumns(device, parameters, batch, probes);
    if (way == Way.ROWS) {
      return woodbury(device, parameters, way, rows, coefficients, probes);
    }
    return new ModuleMetric(
        device,
        parameters,
        way,
        new ModuleColumns(device, parameters, rows, coefficients, probes),
        new DenseInverse(device, parameters, rows, coefficients));
  }

  private static ModuleMetric woodbury(
      Device device,
      List<Parameter> parameters,
      Way way,
      Columns plain,
      Tensor coefficients,
      int probes) {
    ModuleColumns columns = new ModuleColumns(device, parameters, plain, coefficients, probes);
    return new ModuleMetric(device, parameters, way, columns, new WoodburyInverse(device, columns));
  }

  private static ModuleSize size(
      List<Parameter> parameters, Optional<ProductLayer> layer, int batch, int probes) {
    long numbers = parameters.stream().mapToLong(each -> each.basis().shape().rowSize()).sum();
    int basisSize = parameters.get(0).gram().size();
    return new ModuleSize(batch, probes, basisSize, numbers, layer.map(ProductLayer::size));
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

  void add(int probe, ParameterFactor factor, Tensor cotangent) {
    columns.add(probe, factor, cotangent);
  }

  /** Subtracts K w from vectors shaped as the parameters. */
  void subtractCombination(Tensor weights, List<Tensor> from) {
    columns.subtractCombination(weights, from);
  }

  void complete() {
    columns.complete();
  }

  /** Its parameters, in the order of use. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** N = q B, how many columns there are. */
  public int size() {
    return columns.size();
  }

  /** How its inverse is come to. */
  public Way way() {
    return way;
  }

  /**
   * S = K^T Q K, N x N, of which only the lower triangle is written, diagonal included. It stays
   * this object's.
   */
  public Tensor gram() {
    return columns.gram();
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
    return Math.max(damping, floor * inverse.largestEigenvalue());
  }

  /**
   * Replaces the gradients g by mu D M^-1 g, so that Q g / mu is the step M^-1 g then.
   *
   * @param damping mu as {@link #effectiveDamping} gave it; where it is 0 there are no columns but
   *     zeros and the gradients become 0
   * @param gradients for each of the parameters, updated; on frozen points they mean nothing then
   * @return g^T M^-1 g, the squared length of g and of the step in this metric
   * @throws ArithmeticException if the columns or gradients hold numbers that are not finite
   */
  public double precondition(double damping, List<Tensor> gradients) {
    if (damping == 0) {
      gradients.forEach(gradient -> device.operators().elementwise().fill(gradient, 0));
      return 0;
    }
    return inverse.precondition(damping, gradients);
  }

  /** Frees the columns; the second call does nothing. */
  @Override
  public void close() {
    inverse.close();
    columns.close();
  }
}
