package io.loxodrome.riemann;

import io.loxodrome.nn.Parameter;
import io.loxodrome.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Two trainings on the same batches from nearby starts, watched as they approach each other.
 *
 * <pre>{@code
 * Twins twins = new Twins(network.parameters(), twin.parameters());
 * for (Batch batch : batches) {
 *   twins.observe();
 *   ... a step of each on the batch
 * }
 * System.out.println(twins.rate(learningRate));
 * }</pre>
 */
public final class Twins {
  private final List<Parameter> first;
  private final List<Parameter> second;
  private final List<Double> distances = new ArrayList<>();

  /**
   * Twins that have not been observed.
   *
   * @throws IllegalArgumentException if they differ in the number of parameters, or in a shape
   */
  public Twins(List<Parameter> first, List<Parameter> second) {
    this.first = List.copyOf(first);
    this.second = List.copyOf(second);
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "twins have the same parameters, these have %d and %d"
              .formatted(first.size(), second.size()));
    }
    for (int i = 0; i < first.size(); i++) {
      requireOneShape(first.get(i), second.get(i));
    }
  }

  private static void requireOneShape(Parameter one, Parameter other) {
    Shape shape = one.basis().shape();
    if (!shape.equals(other.basis().shape())) {
      throw new IllegalArgumentException(
          "%s has shape %s, its twin %s".formatted(one.name(), shape, other.basis().shape()));
    }
  }

  /**
   * Notes how far apart they are: before the first step, and after each.
   *
   * @return the distance in the metric of the manifolds, the root of the sum over all parameters of
   *     tr(dP^T G dP)
   */
  public double observe() {
    double square = 0;
    for (int i = 0; i < first.size(); i++) {
      square += squaredDistance(first.get(i), second.get(i));
    }
    double distance = Math.sqrt(square);
    distances.add(distance);
    return distance;
  }

  /** sum_kl G_kl dP_k . dP_l, one row of basis points after the other. */
  private static double squaredDistance(Parameter one, Parameter other) {
    double[] p = one.basis().toDoubles();
    double[] q = other.basis().toDoubles();
    double[][] g = one.gram().matrix();
    int length = p.length / g.length;
    double sum = 0;
    for (int k = 0; k < g.length; k++) {
      for (int l = 0; l < g.length; l++) {
        double product = 0;
        for (int j = 0; g[k][l] != 0 && j < length; j++) {
          int at = k * length + j;
          int beside = l * length + j;
          product += (p[at] - q[at]) * (p[beside] - q[beside]);
        }
        sum += g[k][l] * product;
      }
    }
    return Math.max(0, sum);
  }

  /** The distances noted so far. */
  public double[] distances() {
    return distances.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * The rate that the distances show.
   *
   * @param learningRate eta of both trainings, positive
   * @throws IllegalArgumentException if they were not apart at the first two moments
   */
  public TwinRate rate(double learningRate) {
    return TwinRate.fit(distances(), learningRate);
  }
}
