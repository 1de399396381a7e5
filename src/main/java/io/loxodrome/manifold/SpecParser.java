package io.loxodrome.manifold;

import java.util.List;

/** Reads manifolds from text; {@link WeightManifold#parse} is its public face. */
final class SpecParser {
  static final List<String> KNOWN =
      List.of(
          "point",
          "line",
          "rod",
          "ellipse",
          "fourier:M",
          "bezier:D",
          "spline:N",
          "spline:N:periodic",
          "spline:N:unclamped",
          "torus",
          "sheet",
          "spline-sheet:NxM",
          "sphere:1",
          "sphere:2",
          "product(A,B)",
          "replicas(N,A)");

  /** Bounds the depth of nested products and replicas, so that no text can exhaust the stack. */
  private static final int LONGEST_SPEC = 4096;

  private static final String PRODUCT = "product(";
  private static final String REPLICAS = "replicas(";

  private SpecParser() {}

  static WeightManifold parse(String spec) {
    if (spec.length() > LONGEST_SPEC) {
      throw new IllegalArgumentException(
          "a manifold spec has at most %d characters; this one has %d"
              .formatted(LONGEST_SPEC, spec.length()));
    }
    return manifold(spec.strip());
  }

  private static WeightManifold manifold(String spec) {
    if (spec.startsWith(PRODUCT)) {
      return product(spec);
    }
    if (spec.startsWith(REPLICAS)) {
      return replicas(spec);
    }
    String[] parts = spec.split("\\s*:\\s*", -1);
    return switch (parts[0]) {
      case "point" -> plain(spec, parts, new Point());
      case "line" -> plain(spec, parts, new Bezier(1));
      case "rod" -> plain(spec, parts, new Rod());
      case "ellipse" -> plain(spec, parts, new Fourier(1));
      case "torus" -> plain(spec, parts, new Product(new Fourier(1), new Fourier(1)));
      case "sheet" -> plain(spec, parts, new Product(new Bezier(1), new Bezier(1)));
      case "fourier" -> new Fourier(onlyNumber(spec, parts, "fourier:2"));
      case "bezier" -> new Bezier(onlyNumber(spec, parts, "bezier:3"));
      case "sphere" -> new Sphere(onlyNumber(spec, parts, "sphere:1"));
      case "spline" -> spline(spec, parts);
      case "spline-sheet" -> splineSheet(spec, parts);
      default ->
          throw new IllegalArgumentException(
              "unknown manifold '%s'; known are %s".formatted(spec, String.join(", ", KNOWN)));
    };
  }

  private static WeightManifold plain(String spec, String[] parts, WeightManifold manifold) {
    if (parts.length != 1) {
      throw new IllegalArgumentException(
          "manifold '%s': %s takes no number".formatted(spec, parts[0]));
    }
    return manifold;
  }

  private static int onlyNumber(String spec, String[] parts, String example) {
    if (parts.length != 2) {
      throw new IllegalArgumentException(
          "manifold '%s': %s takes one number, as in %s".formatted(spec, parts[0], example));
    }
    return number(spec, parts[1]);
  }

  private static WeightManifold spline(String spec, String[] parts) {
    if (parts.length < 2 || parts.length > 3) {
      throw new IllegalArgumentException(
          "manifold '%s': write spline:8, spline:8:periodic or spline:8:unclamped".formatted(spec));
    }
    CubicSpline.Ends ends = parts.length == 2 ? CubicSpline.Ends.CLAMPED : ends(spec, parts[2]);
    return new CubicSpline(number(spec, parts[1]), ends);
  }

  private static CubicSpline.Ends ends(String spec, String text) {
    return switch (text) {
      case "clamped" -> CubicSpline.Ends.CLAMPED;
      case "periodic" -> CubicSpline.Ends.PERIODIC;
      case "unclamped" -> CubicSpline.Ends.UNCLAMPED;
      default ->
          throw new IllegalArgumentException(
              "manifold '%s': the ends '%s' of a spline must be clamped, periodic or unclamped"
                  .formatted(spec, text));
    };
  }

  private static WeightManifold splineSheet(String spec, String[] parts) {
    String[] sizes = parts.length == 2 ? parts[1].split("\\s*x\\s*", -1) : new String[0];
    if (sizes.length != 2) {
      throw new IllegalArgumentException(
          "manifold '%s': write spline-sheet:6x8 for 6 by 8 basis points".formatted(spec));
    }
    return new Product(
        new CubicSpline(number(spec, sizes[0]), CubicSpline.Ends.CLAMPED),
        new CubicSpline(number(spec, sizes[1]), CubicSpline.Ends.CLAMPED));
  }

  private static WeightManifold product(String spec) {
    int comma = topLevelComma(spec);
    if (comma < 0 || !spec.endsWith(")")) {
      throw new IllegalArgumentException(
          "manifold '%s': write product(A,B) with two manifolds, each of which may be a product"
              .formatted(spec));
    }
    String left = spec.substring(PRODUCT.length(), comma);
    String right = spec.substring(comma + 1, spec.length() - 1);
    return new Product(manifold(left.strip()), manifold(right.strip()));
  }

  private static WeightManifold replicas(String spec) {
    int comma = spec.indexOf(',');
    if (comma < 0 || !spec.endsWith(")")) {
      throw new IllegalArgumentException(
          "manifold '%s': write replicas(N,A) with a number and a manifold".formatted(spec));
    }
    String count = spec.substring(REPLICAS.length(), comma).strip();
    String each = spec.substring(comma + 1, spec.length() - 1).strip();
    return new Replicas(number(spec, count), manifold(each));
  }

  /** Returns the index of the comma between a product's two factors, or -1. */
  private static int topLevelComma(String spec) {
    int depth = 0;
    for (int i = PRODUCT.length(); i < spec.length(); i++) {
      char c = spec.charAt(i);
      if (c == ',' && depth == 0) {
        return i;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return -1;
  }

  private static int number(String spec, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "manifold '%s': '%s' is not a whole number that fits 32 bits".formatted(spec, text), e);
    }
  }
}
