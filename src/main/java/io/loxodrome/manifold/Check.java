package io.loxodrome.manifold;

/** Refuses arguments that no manifold can take, in one wording for all of them. */
final class Check {
  private Check() {}

  static void coefficients(WeightManifold manifold, double[] s, double[] a) {
    conditioning(manifold, s);
    length(manifold, "a", a.length, manifold.basisSize());
  }

  static void derivatives(WeightManifold manifold, double[] s, double[][] da) {
    conditioning(manifold, s);
    length(manifold, "da", da.length, manifold.dimensions());
    for (int i = 0; i < da.length; i++) {
      length(manifold, "da[" + i + "]", da[i].length, manifold.basisSize());
    }
  }

  private static void conditioning(WeightManifold manifold, double[] s) {
    length(manifold, "s", s.length, manifold.dimensions());
    for (int i = 0; i < s.length; i++) {
      conditioning(manifold, i, s[i]);
    }
  }

  static void conditioning(WeightManifold manifold, int dimension, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "s[%d] = %s of manifold %s must lie in [0, 1]"
              .formatted(dimension, value, manifold.spec()));
    }
  }

  static void dimension(WeightManifold manifold, int dimension) {
    index(manifold, "dimension", dimension, manifold.dimensions());
  }

  static void basisPoint(WeightManifold manifold, int basisPoint) {
    index(manifold, "basis point", basisPoint, manifold.basisSize());
  }

  static void length(WeightManifold manifold, String name, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s has length %d; manifold %s needs %d"
              .formatted(name, length, manifold.spec(), expected));
    }
  }

  /** Refuses a vector whose length is not the Gram matrix's size. */
  static void length(Gram gram, String name, int length) {
    if (length != gram.size()) {
      throw new IllegalArgumentException(
          "%s has length %d; the Gram matrix has size %d".formatted(name, length, gram.size()));
    }
  }

  /** Refuses a family's number outside [least, most]; {@code remedy} says what to use instead. */
  static void range(String name, int value, int least, int most, String remedy) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s %d must lie in [%d, %d]%s".formatted(name, value, least, most, remedy));
    }
  }

  private static void index(WeightManifold manifold, String name, int index, int bound) {
    if (index < 0 || index >= bound) {
      throw new IllegalArgumentException(
          "manifold %s has no %s %d; it has %d".formatted(manifold.spec(), name, index, bound));
    }
  }
}
