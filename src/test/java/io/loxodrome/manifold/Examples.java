package io.loxodrome.manifold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The manifolds that every general statement about manifolds is tested on. */
final class Examples {
  private Examples() {}

  static final List<String> SPECS =
      List.of(
          "point",
          "line",
          "rod",
          "ellipse",
          "fourier:2",
          "fourier:5",
          "bezier:2",
          "bezier:3",
          "bezier:7",
          "spline:4",
          "spline:5",
          "spline:6",
          "spline:8",
          "spline:19",
          "spline:4:periodic",
          "spline:5:periodic",
          "spline:6:periodic",
          "spline:7:periodic",
          "spline:8:periodic",
          "spline:17:periodic",
          "spline:4:unclamped",
          "spline:5:unclamped",
          "spline:6:unclamped",
          "spline:13:unclamped",
          "torus",
          "sheet",
          "spline-sheet:4x6",
          "sphere:1",
          "sphere:2",
          "product(line,ellipse)",
          "product(point,ellipse)",
          "product(rod,spline:5:periodic)",
          "product(spline:5,rod)",
          "product(sphere:1,line)",
          "product(line,product(ellipse,bezier:2))",
          "product(product(rod,ellipse),bezier:2)",
          "replicas(1,ellipse)",
          "replicas(3,point)",
          "replicas(3,ellipse)",
          "replicas(4,spline:5)",
          "replicas(2,rod)",
          "replicas(2,product(line,ellipse))");

  static Stream<WeightManifold> manifolds() {
    return SPECS.stream().map(WeightManifold::parse);
  }

  static double[] coefficients(WeightManifold manifold, double... s) {
    double[] a = new double[manifold.basisSize()];
    Arrays.fill(a, Double.NaN);
    manifold.coefficients(s, a);
    return a;
  }

  static double[] randomPlace(WeightManifold manifold, Random random) {
    return random.doubles(manifold.dimensions()).toArray();
  }

  /** A grid over [0, 1]^d with both ends in every dimension. */
  static List<double[]> grid(int dimensions, int intervals) {
    List<double[]> places = new ArrayList<>(List.of(new double[0]));
    for (int d = 0; d < dimensions; d++) {
      List<double[]> longer = new ArrayList<>();
      for (double[] place : places) {
        for (int i = 0; i <= intervals; i++) {
          double[] next = Arrays.copyOf(place, place.length + 1);
          next[place.length] = (double) i / intervals;
          longer.add(next);
        }
      }
      places = longer;
    }
    return places;
  }
}
