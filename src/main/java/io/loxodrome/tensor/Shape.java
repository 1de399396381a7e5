package io.loxodrome.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of a tensor, outermost first; the last one is contiguous in memory. */
public final class Shape {
  private final int[] dimensions;
  private final long size;

  private Shape(int[] dimensions) {
    this.dimensions = dimensions;
    this.size = product(dimensions);
  }

  /**
   * A shape with the given extents, each at least 0; none at all is a scalar.
   *
   * @throws IllegalArgumentException if an extent is negative
   * @throws ArithmeticException if the number of elements passes 2^63 - 1
   */
  public static Shape of(int... dimensions) {
    for (int dimension : dimensions) {
      if (dimension < 0) {
        throw new IllegalArgumentException(
            "negative extent " + dimension + " in shape " + Arrays.toString(dimensions));
      }
    }
    return new Shape(dimensions.clone());
  }

  private static long product(int[] dimensions) {
    long product = 1;
    for (int dimension : dimensions) {
      product = Math.multiplyExact(product, dimension);
    }
    return product;
  }

  /** Number of extents. */
  public int rank() {
    return dimensions.length;
  }

  /** The extent at {@code index}, 0 being the outermost. */
  public int dimension(int index) {
    return dimensions[index];
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Elements under one step of the outermost extent: the product of the other extents. */
  public long rowSize() {
    return product(Arrays.copyOfRange(dimensions, Math.min(1, dimensions.length), rank()));
  }

  /** This shape under one more, outermost, extent. */
  public Shape under(int outermost) {
    int[] extended = new int[dimensions.length + 1];
    extended[0] = outermost;
    System.arraycopy(dimensions, 0, extended, 1, dimensions.length);
    return of(extended);
  }

  /** The extents as a new array. */
  public int[] toArray() {
    return dimensions.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dimensions);
  }

  /** The extents joined by x, for example 128x3x32x32. */
  @Override
  public String toString() {
    return dimensions.length == 0
        ? "scalar"
        : Arrays.stream(dimensions).mapToObj(Integer::toString).collect(Collectors.joining("x"));
  }
}
