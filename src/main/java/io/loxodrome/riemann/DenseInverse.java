package io.loxodrome.riemann;

import io.loxodrome.manifold.Gram;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * M^-1 by M itself, in coordinates in which D is the identity: with G = R^T R and b_i = R^-T a_i,
 *
 * <pre>  M^-1 g = R^-1 (mu I + T)^-1 R^-T g,  T = sum_i (b_i (x) r_i) (b_i (x) r_i)^T / B,</pre>
 *
 * <p>a system of the size of the parameters, n p, for modules that have fewer of them than columns.
 * T has S's eigenvalues, but for zeros. On frozen points R, R^-1 and T are 0.
 */
final class DenseInverse implements MetricInverse {
  private final Device device;
  private final String name;
  private final RowColumns rows;
  private final double[][] whitening;
  private final double[][] unwhitening;
  private final Tensor coefficients;
  private final int size;
  private @Nullable Tensor matrix;

  /**
   * An inverse whose columns may still be to come.
   *
   * @param rows the plain columns, which stay the caller's
   * @param coefficients a, B x n
   */
  DenseInverse(Device device, List<Parameter> parameters, RowColumns rows, Tensor coefficients) {
    Gram metric = parameters.get(0).gram();
    this.device = device;
    this.name = parameters.get(0).name();
    this.rows = rows;
    this.whitening = metric.whitening();
    this.unwhitening = metric.whiteningInverse();
    this.coefficients = whitened(coefficients);
    this.size = Math.toIntExact(parameters.stream().mapToLong(each -> each.basis().size()).sum());
  }

  /** b / sqrt B. */
  private Tensor whitened(Tensor of) {
    int batch = of.shape().dimension(0);
    int n = of.shape().dimension(1);
    double[] values = of.toDoubles();
    double[] row = new double[n];
    for (int at = 0; at < values.length; at += n) {
      System.arraycopy(values, at, row, 0, n);
      double[] solved = transposedTimes(unwhitening, row, 1 / Math.sqrt(batch));
      System.arraycopy(solved, 0, values, at, n);
    }
    return device.allocate(of.shape()).write(values);
  }

  /** factor W^T X for X of as many rows as W, one after the other. */
  private static double[] transposedTimes(double[][] w, double[] x, double factor) {
    int length = x.length / w.length;
    double[] product = new double[x.length];
    for (int k = 0; k < w.length; k++) {
      for (int l = 0; l < w.length; l++) {
        double scaled = factor * w[l][k];
        for (int c = 0; scaled != 0 && c < length; c++) {
          product[k * length + c] += scaled * x[l * length + c];
        }
      }
    }
    return product;
  }

  private DampedSystem system() {
    if (matrix == null) {
      matrix = newMatrix(device.realType());
    }
    return new DampedSystem(device, name, matrix, this::newMatrix);
  }

  private Tensor newMatrix(ElementType type) {
    Tensor created = device.allocate(type, Shape.of(size, size));
    try {
      device.operators().metric().clear(created);
      rows.addOuter(coefficients, created);
      return created;
    } catch (RuntimeException e) {
      created.close();
      throw e;
    }
  }

  @Override
  public double largestEigenvalue() {
    return system().largestEigenvalue();
  }

  @Override
  public double precondition(double damping, List<Tensor> gradients) {
    try (Tensor values = device.allocate(Shape.of(size))) {
      double[] whitened = new double[size];
      int at = 0;
      for (Tensor gradient : gradients) {
        double[] part = transposedTimes(unwhitening, gradient.toDoubles(), 1);
        System.arraycopy(part, 0, whitened, at, part.length);
        at += part.length;
      }
      system().solve(damping, values.write(whitened));
      double[] step = values.toDoubles();
      writeBack(step, damping, gradients);
      return SymmetricMatrix.dot(whitened, step);
    }
  }

  /** mu G R^-1 of a step, which is mu R^T of it. */
  private void writeBack(double[] step, double damping, List<Tensor> gradients) {
    int at = 0;
    for (Tensor gradient : gradients) {
      double[] part = new double[Math.toIntExact(gradient.size())];
      System.arraycopy(step, at, part, 0, part.length);
      gradient.write(transposedTimes(whitening, part, damping));
      at += part.length;
    }
  }

  @Override
  public void close() {
    coefficients.close();
    if (matrix != null) {
      matrix.close();
    }
  }
}
