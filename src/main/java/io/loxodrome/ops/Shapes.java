package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** The shape checks that every backend makes before it computes. */
public final class Shapes {
  private Shapes() {}

  /**
   * Refuses a tensor of another shape.
   *
   * @throws IllegalArgumentException naming both shapes
   */
  public static void require(String name, Tensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          name + " has shape " + tensor.shape() + ", expected " + expected);
    }
  }

  /** Refuses tensors of different sizes. */
  public static void requireSameSize(String one, Tensor a, String other, Tensor b) {
    if (a.size() != b.size()) {
      throw new IllegalArgumentException(
          one + " has shape " + a.shape() + " and " + other + " " + b.shape() + ": sizes differ");
    }
  }

  /** Refuses a tensor of another rank. */
  public static void requireRank(String name, Tensor tensor, int rank) {
    if (tensor.shape().rank() != rank) {
      throw new IllegalArgumentException(
          name + " has shape " + tensor.shape() + ", expected " + rank + " extents");
    }
  }

  /** The outermost extent; a scalar, which has none, is refused. */
  public static int rows(String name, Tensor tensor) {
    if (tensor.shape().rank() == 0) {
      throw new IllegalArgumentException(name + " is a scalar, expected rows");
    }
    return tensor.shape().dimension(0);
  }

  /** Refuses a tensor whose outermost extent is not {@code rows}. */
  public static void requireRows(String name, Tensor tensor, int rows) {
    if (rows(name, tensor) != rows) {
      throw new IllegalArgumentException(
          name + " has shape " + tensor.shape() + ", expected " + rows + " rows");
    }
  }

  /** The shape with its outermost extent, which it must have, replaced by {@code rows}. */
  public static Shape withRows(Shape shape, int rows) {
    int[] dimensions = shape.toArray();
    dimensions[0] = rows;
    return Shape.of(dimensions);
  }
}
