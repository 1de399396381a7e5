package io.loxodrome.optim;

import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * L2 regularisation that grows with s: a loss with lambda mean_i s_i |W(s_i)|^2 added to it (WWM
 * Eq. 14).
 *
 * <p>W(s) is the whole network at s, as it is in the paper: weights, biases, gains and shifts all
 * count alike. With |W(s)|^2 = a^T (P P^T) a the gradient is 2 lambda C P, C = mean_i s_i a_i
 * a_i^T, which takes n x n work for each column of P, however large the batch. It is part of the
 * gradient g, so the metric's solve and Adam's moments see it; decoupled weight decay is another
 * thing.
 *
 * <p>C is computed on the host, where every s is known, and written to a tensor that stays where it
 * is: {@link #addGradients} does the same work each time, so a device may record it.
 *
 * <p>Of several networks at once each has its own block of basis points and the same C.
 */
public final class GrowingPenalty implements AutoCloseable {
  private final Device device;
  private final List<Parameter> parameters;
  private final double strength;
  private final Map<WeightManifold, Tensor> moments = new LinkedHashMap<>();

  /**
   * A penalty on parameters, each counted once however many layers share it.
   *
   * @param strength lambda, at least 0
   * @throws IllegalArgumentException if lambda is negative or not finite, or a parameter's manifold
   *     takes several conditioning values
   */
  public GrowingPenalty(Device device, List<Parameter> parameters, double strength) {
    Check.notNegative("l2", strength);
    parameters.forEach(GrowingPenalty::requireOneValue);
    this.device = device;
    this.parameters = parameters.stream().distinct().toList();
    this.strength = strength;
    for (Parameter parameter : this.parameters) {
      moments.computeIfAbsent(ofOneNetwork(parameter), this::allocate);
    }
  }

  private static void requireOneValue(Parameter parameter) {
    WeightManifold manifold = ofOneNetwork(parameter);
    if (manifold.dimensions() > 1) {
      throw new IllegalArgumentException(
          "a penalty that grows with s takes one conditioning value, manifold %s of %s takes %d"
              .formatted(manifold.spec(), parameter.name(), manifold.dimensions()));
    }
  }

  private static WeightManifold ofOneNetwork(Parameter parameter) {
    return parameter.manifold() instanceof Replicas replicas
        ? replicas.each()
        : parameter.manifold();
  }

  private Tensor allocate(WeightManifold manifold) {
    return device.allocate(Shape.of(manifold.basisSize(), manifold.basisSize()));
  }

  /**
   * Notes where the examples of a batch are.
   *
   * @param values s, of each of one network's examples, in [0, 1]
   */
  public void place(double[] values) {
    moments.forEach((manifold, moment) -> moment.write(moment(manifold, values)));
  }

  /** C = mean_i s_i a_i a_i^T. */
  private static double[] moment(WeightManifold manifold, double[] values) {
    int n = manifold.basisSize();
    double[] moment = new double[n * n];
    double[] a = new double[n];
    for (double s : values) {
      manifold.coefficients(manifold.dimensions() == 0 ? new double[0] : new double[] {s}, a);
      for (int k = 0; k < n; k++) {
        for (int l = 0; l < n; l++) {
          moment[k * n + l] += s * a[k] * a[l] / values.length;
        }
      }
    }
    return moment;
  }

  /**
   * Adds 2 lambda C P to the gradients that the last backward pass left.
   *
   * @throws IllegalStateException if a parameter has no gradient
   */
  public void addGradients() {
    for (Parameter parameter : parameters) {
      Tensor moment = moments.get(ofOneNetwork(parameter));
      if (moment == null) {
        throw new AssertionError("every manifold has its moment: " + parameter);
      }
      device
          .operators()
          .update()
          .addProduct(parameter.variable().gradient(), 2 * strength, moment, parameter.basis());
    }
  }

  /** Frees the moments; the second call does nothing. */
  @Override
  public void close() {
    moments.values().forEach(Tensor::close);
  }
}
