package io.loxodrome.cuda;

import io.loxodrome.manifold.Bezier;
import io.loxodrome.manifold.CubicSpline;
import io.loxodrome.manifold.Fourier;
import io.loxodrome.manifold.Point;
import io.loxodrome.manifold.Product;
import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.Rod;
import io.loxodrome.manifold.Sphere;
import io.loxodrome.manifold.WeightManifold;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes coefficients a(s) of weight manifolds, and their derivatives, for whole batches of
 * conditioning values.
 *
 * <p>All arrays are contiguous, in single precision and at any multiple of 4 bytes. Each row agrees
 * with the manifold's own double precision at the same s to 1e-6 of the row's norm. An s outside
 * [0, 1], NaN included, makes its example's row NaN: nothing on the device can refuse it, and so it
 * cannot pass unseen.
 *
 * <p>One launch serves any manifold, products of products included; no workspace is needed.
 */
public final class ManifoldCoefficients {
  private static final int THREADS = 256;
  private static final int ELEMENTS_PER_BLOCK = 4 * THREADS;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int ACTIVE = 4;

  /**
   * What the kernel takes; a factor has at least 2 basis points (or is the one replica), and 2^20
   * is the most of all.
   */
  private static final int MOST_FACTORS = 20;

  private static final int FAMILY_SHIFT = 24;
  private static final int FOURIER = 0;
  private static final int BEZIER = 1;
  private static final int CLAMPED = 2;
  private static final int PERIODIC = 3;
  private static final int UNCLAMPED = 4;
  private static final int SPHERE = 5;
  private static final int REPLICAS = 6;

  private final Kernels kernels;

  public ManifoldCoefficients(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Writes a[i][k] = a_k(s_i).
   *
   * @param batch B, at least 0
   * @param s device address, B x d with d the manifold's dimensions; not used, and may be 0, if d
   *     is 0
   * @param a device address, written, B x n
   */
  public void coefficients(WeightManifold manifold, long batch, long s, long a, Stream stream) {
    Arguments arguments = Arguments.of("manifold_coefficients");
    addConditioned(arguments, manifold, "s", s);
    arguments.address("a", a, Float.BYTES);
    addManifold(arguments, manifold, batch);
    if (batch > 0) {
      kernels.launch(KernelFile.COEFFICIENTS, shape(manifold, batch, 1), arguments, stream);
    }
  }

  /**
   * Writes da[m][i][k] = d a_k / d s_m at s_i, a matrix of B x n for each of the d conditioning
   * values. At an end or a knot it is one-sided as {@link WeightManifold#derivatives} says. At a
   * pole of a sphere the matrix of the height has a row of NaN, since the derivative is unbounded
   * there, and that of the azimuth the limit, 0.
   *
   * @param batch B, at least 0
   * @param s device address, B x d; not used, and may be 0, if d is 0
   * @param da device address, written, d x B x n; not used, and may be 0, if d is 0
   */
  public void derivatives(WeightManifold manifold, long batch, long s, long da, Stream stream) {
    Arguments arguments = Arguments.of("manifold_derivatives");
    addConditioned(arguments, manifold, "s", s);
    addConditioned(arguments, manifold, "da", da);
    addManifold(arguments, manifold, batch);
    if (batch > 0 && manifold.dimensions() > 0) {
      LaunchShape shape = shape(manifold, batch, manifold.dimensions());
      kernels.launch(KernelFile.COEFFICIENTS, shape, arguments, stream);
    }
  }

  /**
   * Writes the four coefficients that are not zero, and where they belong, as {@link
   * CubicSpline#span} does. For an s outside [0, 1] or NaN the four are NaN and the span is one of
   * the spline's all the same.
   *
   * @param batch B, at least 0
   * @param s device address, B
   * @param spans device address, written, B 32-bit integers: span j's coefficients belong to basis
   *     points j, j + 1, j + 2, j + 3 (modulo n if periodic)
   * @param four device address, written, B x 4
   */
  public void spans(CubicSpline spline, long batch, long s, long spans, long four, Stream stream) {
    Arguments arguments =
        Arguments.of("spline_spans")
            .address("s", s, Float.BYTES)
            .address("spans", spans, Integer.BYTES)
            .address("four", four, Float.BYTES)
            .int64("batch", batch, 0, mostExamples(spline, ACTIVE))
            .int32("factor", factor(spline), 0, Integer.MAX_VALUE);
    launchSpans(arguments, batch, stream);
  }

  /**
   * Writes the derivatives of the four coefficients of {@link #spans}.
   *
   * @param batch B, at least 0
   * @param s device address, B
   * @param four device address, written, B x 4
   */
  public void spanDerivatives(CubicSpline spline, long batch, long s, long four, Stream stream) {
    Arguments arguments =
        Arguments.of("spline_span_derivatives")
            .address("s", s, Float.BYTES)
            .address("four", four, Float.BYTES)
            .int64("batch", batch, 0, mostExamples(spline, ACTIVE))
            .int32("factor", factor(spline), 0, Integer.MAX_VALUE);
    launchSpans(arguments, batch, stream);
  }

  private void launchSpans(Arguments arguments, long batch, Stream stream) {
    if (batch > 0) {
      LaunchShape shape =
          LaunchShape.stride(
              kernels.device(), ACTIVE * batch, THREADS, BLOCKS_PER_MULTIPROCESSOR, THREADS);
      kernels.launch(KernelFile.COEFFICIENTS, shape, arguments, stream);
    }
  }

  private LaunchShape shape(WeightManifold manifold, long batch, int matrices) {
    LaunchShape row =
        LaunchShape.stride(
            kernels.device(),
            batch * manifold.basisSize(),
            ELEMENTS_PER_BLOCK,
            BLOCKS_PER_MULTIPROCESSOR,
            THREADS);
    return new LaunchShape(row.blocksX(), matrices, 1, THREADS, 0);
  }

  /** Adds an address that is looked at only where the manifold has conditioning values. */
  private static void addConditioned(
      Arguments arguments, WeightManifold manifold, String name, long address) {
    if (manifold.dimensions() > 0) {
      arguments.address(name, address, Float.BYTES);
    } else {
      arguments.optionalAddress(name, address, Float.BYTES);
    }
  }

  private static void addManifold(Arguments arguments, WeightManifold manifold, long batch) {
    List<Integer> factors = new ArrayList<>();
    collectFactors(manifold, factors);
    arguments
        .int64("batch", batch, 0, mostExamples(manifold, manifold.basisSize()))
        .int32("dimensions", manifold.dimensions(), 0, 2 * MOST_FACTORS)
        .int32("basisSize", manifold.basisSize(), 1, WeightManifold.MAXIMUM_BASIS_SIZE)
        .int32("factors", factors.size(), 0, MOST_FACTORS);
    for (int pair = 0; pair < MOST_FACTORS; pair += 2) {
      arguments.bits64(word(factors, pair) | word(factors, pair + 1) << Integer.SIZE);
    }
  }

  /** How many examples there can be before bytes of any array pass 2^63. */
  private static long mostExamples(WeightManifold manifold, int elementsPerRow) {
    return Long.MAX_VALUE / Float.BYTES / elementsPerRow / Math.max(1, manifold.dimensions());
  }

  private static long word(List<Integer> factors, int index) {
    return index < factors.size() ? Integer.toUnsignedLong(factors.get(index)) : 0;
  }

  /** Notes the factors from left to right; a point, the product of nothing, has none. */
  private static void collectFactors(WeightManifold manifold, List<Integer> factors) {
    if (manifold instanceof Product product) {
      collectFactors(product.left(), factors);
      collectFactors(product.right(), factors);
    } else if (manifold instanceof Replicas replicas) {
      factors.add(factor(REPLICAS, replicas.count()));
      collectFactors(replicas.each(), factors);
    } else if (!(manifold instanceof Point)) {
      factors.add(factor(manifold));
    }
  }

  private static int factor(WeightManifold manifold) {
    return factor(family(manifold), manifold.basisSize());
  }

  private static int factor(int family, int size) {
    return family << FAMILY_SHIFT | size;
  }

  private static int family(WeightManifold manifold) {
    if (manifold instanceof Fourier) {
      return FOURIER;
    }
    if (manifold instanceof Bezier || manifold instanceof Rod) {
      return BEZIER;
    }
    if (manifold instanceof CubicSpline spline) {
      return switch (spline.ends()) {
        case CLAMPED -> CLAMPED;
        case PERIODIC -> PERIODIC;
        case UNCLAMPED -> UNCLAMPED;
      };
    }
    if (manifold instanceof Sphere) {
      return SPHERE;
    }
    throw new IllegalArgumentException("manifold " + manifold.spec() + " has no kernel");
  }
}
