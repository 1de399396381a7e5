package io.loxodrome.cuda;

/**
 * How many n x p matrices lie one after another in each array; n is the metric's.
 *
 * @param matrices how many, at least 0; more than one where replicas or other axes lie outside the
 *     basis
 * @param columns p, at least 0
 */
public record MetricShape(int matrices, long columns) {
  public MetricShape {
    if (matrices < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "%d matrices of %d columns: neither may be negative".formatted(matrices, columns));
    }
  }

  /** One matrix. */
  public static MetricShape of(long columns) {
    return new MetricShape(1, columns);
  }

  /** Whether there is nothing to do. */
  boolean isEmpty() {
    return matrices == 0 || columns == 0;
  }

  /**
   * The same arrays with the first of a product's two axes, of this length, outside the basis.
   *
   * @throws IllegalArgumentException if they are too many
   */
  MetricShape outside(int length) {
    if (matrices > Integer.MAX_VALUE / length) {
      throw tooMany("matrices", matrices, length, Integer.MAX_VALUE);
    }
    return new MetricShape(matrices * length, columns);
  }

  /**
   * The same arrays with the second of a product's two axes, of this length, in the columns.
   *
   * @throws IllegalArgumentException if they are too many
   */
  MetricShape inside(int length) {
    if (columns > Long.MAX_VALUE / length) {
      throw tooMany("columns", columns, length, Long.MAX_VALUE);
    }
    return new MetricShape(matrices, columns * length);
  }

  private static IllegalArgumentException tooMany(String what, long count, int length, long most) {
    return new IllegalArgumentException(
        "%d %s of a product whose other factor has %d basis points: %d together at most"
            .formatted(count, what, length, most));
  }
}
