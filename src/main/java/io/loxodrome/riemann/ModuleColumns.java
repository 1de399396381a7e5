package io.loxodrome.riemann;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.manifold.Gram;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * K of one module: number q B + i is (1 / sqrt B) a(s_i) (x) J_i^T u_iq, for q probes and B
 * examples.
 */
final class ModuleColumns implements AutoCloseable {
  private final Device device;
  private final List<Parameter> parameters;
  private final Columns plain;
  private final Tensor coefficients;
  private final Tensor solvedCoefficients;
  private final int size;
  private @Nullable Tensor gram;

  /**
   * Columns that are still to come.
   *
   * @param plain without the manifold, closed with this object
   * @param coefficients a, B x n, copied
   */
  ModuleColumns(
      Device device, List<Parameter> parameters, Columns plain, Tensor coefficients, int probes) {
    this.device = device;
    this.parameters = parameters;
    this.plain = plain;
    this.coefficients = device.allocate(coefficients.shape());
    device.operators().elementwise().copy(coefficients, this.coefficients);
    this.solvedCoefficients = solved(coefficients);
    this.size = Math.multiplyExact(probes, coefficients.shape().dimension(0));
  }

  /** A Q, by which K^T Q g is K^T g with other coefficients. */
  private Tensor solved(Tensor of) {
    int n = of.shape().dimension(1);
    double[] values = of.toDoubles();
    double[] row = new double[n];
    for (int i = 0; i < values.length; i += n) {
      System.arraycopy(values, i, row, 0, n);
      metric().solve(row);
      System.arraycopy(row, 0, values, i, n);
    }
    return device.allocate(of.shape()).write(values);
  }

  /** G. */
  Gram metric() {
    return parameters.get(0).gram();
  }

  /** The first parameter's, for messages. */
  String name() {
    return parameters.get(0).name();
  }

  /** N. */
  int size() {
    return size;
  }

  void add(int probe, ParameterFactor factor, Tensor cotangent) {
    plain.add(probe, factor, cotangent);
  }

  void complete() {
    plain.complete(coefficients.shape().dimension(0));
  }

  /** S = K^T Q K, N x N, its lower triangle; it stays this object's. */
  Tensor gram() {
    if (gram == null) {
      gram = newGram(device.realType());
    }
    return gram;
  }

  /** S in one of the types the device has for it, for the caller to close. */
  Tensor newGram(ElementType type) {
    Tensor created = device.allocate(type, Shape.of(size, size));
    try {
      device.operators().metric().clear(created);
      plain.addGram(created);
      device.operators().metric().mix(coefficients, metric(), created);
      return created;
    } catch (RuntimeException e) {
      created.close();
      throw e;
    }
  }

  /** K^T Q g. */
  void project(List<Tensor> gradients, Tensor projections) {
    plain.project(solvedCoefficients, gradients, projections);
  }

  /** Subtracts K w from vectors shaped as the parameters. */
  void subtractCombination(Tensor weights, List<Tensor> from) {
    plain.subtractCombination(weights, coefficients, parameters, from);
  }

  /** Frees the columns; the second call does nothing. */
  @Override
  public void close() {
    plain.close();
    coefficients.close();
    solvedCoefficients.close();
    if (gram != null) {
      gram.close();
    }
  }
}
