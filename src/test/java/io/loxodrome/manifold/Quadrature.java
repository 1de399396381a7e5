package io.loxodrome.manifold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Integrates over [0, 1]^d by panels of a 12-point Gauss-Legendre rule whose nodes are found by
 * Newton's iteration: shares nothing with the code it checks.
 */
final class Quadrature {
  private static final int POINTS = 12;

  private Quadrature() {}

  private record Node(double place, double weight) {}

  private static final class Place {
    final double[] s;
    final double weight;

    Place(double[] s, double weight) {
      this.s = s;
      this.weight = weight;
    }
  }

  /** Returns integral a a^T over [0, 1]^d. */
  static double[][] gram(WeightManifold manifold) {
    int n = manifold.basisSize();
    double[][] gram = new double[n][n];
    double[][] lost = new double[n][n];
    for (Place place : places(manifold)) {
      double[] a = Examples.coefficients(manifold, place.s);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          add(gram[i], lost[i], j, place.weight * a[i] * a[j]);
        }
      }
    }
    return gram;
  }

  /** Returns integral a over [0, 1]^d. */
  static double[] mean(WeightManifold manifold) {
    double[] mean = new double[manifold.basisSize()];
    double[] lost = new double[mean.length];
    for (Place place : places(manifold)) {
      double[] a = Examples.coefficients(manifold, place.s);
      for (int i = 0; i < mean.length; i++) {
        add(mean, lost, i, place.weight * a[i]);
      }
    }
    return mean;
  }

  /** Kahan's compensated sum: a plain one over 10^5 places is off by more than 1e-14. */
  private static void add(double[] sums, double[] lost, int i, double term) {
    double corrected = term - lost[i];
    double sum = sums[i] + corrected;
    lost[i] = (sum - sums[i]) - corrected;
    sums[i] = sum;
  }

  private static List<Place> places(WeightManifold manifold) {
    // Replicas count each of theirs whole: a sum over s_0 in place of an integral.
    double whole = manifold instanceof Replicas replicas ? replicas.count() : 1;
    List<Place> places = new ArrayList<>(List.of(new Place(new double[0], whole)));
    for (int panels : panels(manifold)) {
      List<Place> longer = new ArrayList<>();
      for (Place place : places) {
        for (Node node : rule(panels)) {
          double[] s = Arrays.copyOf(place.s, place.s.length + 1);
          s[place.s.length] = node.place();
          longer.add(new Place(s, place.weight * node.weight()));
        }
      }
      places = longer;
    }
    return places;
  }

  /** The panels of each dimension, so that every knot is the edge of one. */
  private static List<Integer> panels(WeightManifold manifold) {
    if (manifold instanceof Product product) {
      List<Integer> panels = new ArrayList<>(panels(product.left()));
      panels.addAll(panels(product.right()));
      return panels;
    }
    if (manifold instanceof Replicas replicas) {
      List<Integer> panels = new ArrayList<>(List.of(replicas.count()));
      panels.addAll(panels(replicas.each()));
      return panels;
    }
    if (manifold instanceof CubicSpline spline) {
      return List.of(spline.spans());
    }
    if (manifold instanceof Sphere) {
      return List.of(4, 1);
    }
    int each = manifold instanceof Fourier fourier ? 4 * fourier.order() : 1;
    return Collections.nCopies(manifold.dimensions(), each);
  }

  private static List<Node> rule(int panels) {
    List<Node> nodes = new ArrayList<>();
    for (int panel = 0; panel < panels; panel++) {
      for (int i = 0; i < POINTS; i++) {
        double x = Math.cos(Math.PI * (i + 0.75) / (POINTS + 0.5));
        for (int step = 0; step < 20; step++) {
          x -= legendre(POINTS, x) / slope(x);
        }
        double weight = 2 / ((1 - x * x) * slope(x) * slope(x));
        nodes.add(new Node((panel + (1 + x) / 2) / panels, weight / 2 / panels));
      }
    }
    double sum = nodes.stream().mapToDouble(Node::weight).sum();
    return nodes.stream().map(node -> new Node(node.place(), node.weight() / sum)).toList();
  }

  private static double legendre(int degree, double x) {
    double before = 1;
    double value = x;
    for (int k = 2; k <= degree; k++) {
      double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
      before = value;
      value = next;
    }
    return value;
  }

  private static double slope(double x) {
    return POINTS * (x * legendre(POINTS, x) - legendre(POINTS - 1, x)) / (x * x - 1);
  }
}
