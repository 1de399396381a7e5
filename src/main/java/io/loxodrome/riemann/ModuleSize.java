package io.loxodrome.riemann;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How large a module is, which says what a step by each {@link Way} takes.
 *
 * @param batch B
 * @param probes q; N = q B is the number of columns
 * @param basisSize n
 * @param parameters p, the numbers of one basis point of all its parameters
 * @param layer whose columns these are, if they are products of what is known of it
 */
record ModuleSize(
    int batch, int probes, int basisSize, long parameters, Optional<LayerSize> layer) {

  /**
   * A layer that uses its weights at some positions of each example.
   *
   * @param positions L, 1 for a linear layer
   * @param inputs C at a position
   * @param outputs O at a position
   */
  record LayerSize(int positions, int inputs, int outputs) {}

  /** The ways that there are for it. */
  List<Way> ways() {
    return layer.isPresent() ? List.of(Way.values()) : List.of(Way.ROWS, Way.DENSE);
  }

  /** The way with the fewest multiply-adds. */
  Way cheapest() {
    return ways().stream().min(Comparator.comparingDouble(this::work)).orElseThrow();
  }

  /** Multiply-adds of a step: the matrix, its factor, and the products with K. */
  double work(Way way) {
    double columns = (double) batch * probes;
    return switch (way) {
      case ROWS ->
          forming(columns)
              + columns * columns * parameters / 2
              + factoring(columns)
              + 2 * columns * all();
      case PRODUCTS -> layer.map(of -> products(of, columns)).orElse(Double.POSITIVE_INFINITY);
      case DENSE -> forming(columns) + columns * all() * (all() / 2 + 1) + factoring(all());
    };
  }

  /** n p. */
  private double all() {
    return (double) basisSize * parameters;
  }

  private double forming(double columns) {
    return columns * parameters * layer.map(LayerSize::positions).orElse(1);
  }

  private static double factoring(double size) {
    return size * size * size / 6;
  }

  private double products(LayerSize of, double columns) {
    double patches = (double) batch * of.positions();
    double places = columns * of.positions();
    return patches * patches * of.inputs() / 2
        + places * places * (of.outputs() + 1) / 2
        + factoring(columns)
        + 2 * patches * parameters
        + 2 * places * of.outputs();
  }
}
