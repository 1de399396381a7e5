package io.loxodrome.nn;

import io.loxodrome.manifold.Replicas;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Draws the basis points a network starts from, so that W(s) is He-initialised at every s and the
 * curve is not yet a point.
 *
 * <p>P_k = w_k W_0 + sqrt(epsilon) c N_k, where w are the manifold's {@linkplain
 * WeightManifold#initialWeights() initial weights} (a(s)^T w = 1 for all s), and W_0 is normal with
 * variance 2 / fan-in. N_k is noise of that same law, less its part along w, which would only
 * change W_0: N - w (w^T N) / (w^T w). Hence
 *
 * <pre>  var W(s) = (2 / fan-in) (1 + epsilon c^2 (|a(s)|^2 - 1 / |w|^2)),</pre>
 *
 * <p>and c makes the bracket's mean over s equal to 1 + epsilon on every manifold. On the ellipse c
 * = 1: P_1 is W_0 exactly, and P_2 and P_3 are sqrt(epsilon) times as large, 0.3 unless told
 * otherwise. A point gets no noise: its network is He-initialised as ever. With epsilon = 0 and
 * data that ignore s the curve would stay a point for ever.
 *
 * <p>The numbers depend on the seed and the parameter's name alone, not on the device or on the
 * order in which layers are made. Frozen basis points are drawn like all others.
 *
 * <p>For {@link Replicas} there is a seed for each, and each starts from the same bits as a network
 * alone would with its seed.
 *
 * @param seeds any values: one, or as many as there are replicas
 * @param epsilon the mean variance of W(s) - W_0 over s in units of He's, at least 0
 */
public record Initialization(List<Long> seeds, double epsilon) {
  /** 0.3^2. */
  public static final double DEFAULT_EPSILON = 0.09;

  /** Keeps these numbers apart from all others drawn from the same seed: "init" in ASCII. */
  private static final long PURPOSE = 0x696E6974;

  /** Places on the manifold over which the mean of |a(s)|^2 is taken. */
  private static final int PLACES = 4096;

  /** Normal numbers that one Philox block gives. */
  private static final int BLOCK = 4;

  public Initialization {
    if (!(epsilon >= 0 && Double.isFinite(epsilon))) {
      throw new IllegalArgumentException(
          "epsilon is " + epsilon + ", must be at least 0 and finite");
    }
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("no seeds, expected at least one");
    }
  }

  /** One network with this much noise. */
  public Initialization(long seed, double epsilon) {
    this(List.of(seed), epsilon);
  }

  /** One network with the default noise, epsilon = 0.09. */
  public Initialization(long seed) {
    this(seed, DEFAULT_EPSILON);
  }

  /** Networks with these seeds and the default noise. */
  public Initialization(List<Long> seeds) {
    this(seeds, DEFAULT_EPSILON);
  }

  /**
   * New weights.
   *
   * @param point the shape of one basis point
   * @param fanIn how many inputs each output sums over
   * @throws IllegalArgumentException if there is not one seed for each replica
   */
  public Parameter weights(
      Device device, String name, WeightManifold manifold, Shape point, int fanIn) {
    WeightManifold each = each(manifold);
    double[] w = each.initialWeights();
    double deviation = Math.sqrt(2.0 / fanIn);
    double spread = deviation * Math.sqrt(epsilon) * noiseScale(each, w);
    int size = Math.toIntExact(point.size());
    float[] basis = new float[Math.multiplyExact(manifold.basisSize(), size)];
    for (int r = 0; r < seeds.size(); r++) {
      draw(seeds.get(r), name, w, deviation, spread, basis, r * w.length * size, size);
    }
    return new Parameter(
        name, manifold, device.allocate(point.under(manifold.basisSize())).write(basis));
  }

  /** The manifold that one seed is for. */
  private WeightManifold each(WeightManifold manifold) {
    int replicas = manifold instanceof Replicas several ? several.count() : 1;
    if (replicas != seeds.size()) {
      throw new IllegalArgumentException(
          "%d seeds for %s, expected %d".formatted(seeds.size(), manifold.spec(), replicas));
    }
    return manifold instanceof Replicas several ? several.each() : manifold;
  }

  /** A new bias, zero. */
  public Parameter bias(Device device, String name, WeightManifold manifold, Shape point) {
    return new Parameter(name, manifold, device.zeros(point.under(manifold.basisSize())));
  }

  /** New gains of a normalisation: P_k = w_k, so that they are 1 at every s. */
  public Parameter gains(Device device, String name, WeightManifold manifold, Shape point) {
    double[] w = manifold.initialWeights();
    int size = Math.toIntExact(point.size());
    double[] basis = new double[Math.multiplyExact(w.length, size)];
    for (int k = 0; k < w.length; k++) {
      Arrays.fill(basis, k * size, (k + 1) * size, w[k]);
    }
    return new Parameter(name, manifold, device.allocate(point.under(w.length)).write(basis));
  }

  /** Writes n rows of {@code size} weights to {@code basis} from {@code at} on. */
  private static void draw(
      long seed,
      String name,
      double[] w,
      double deviation,
      double spread,
      float[] basis,
      int at,
      int size) {
    Philox philox = new Philox(seed).derived(PURPOSE);
    long stream = hash(name);
    float[] normals = new float[BLOCK * (w.length + 1)];
    long blocks = (size + BLOCK - 1L) / BLOCK;
    for (int first = 0; first < size; first += BLOCK) {
      for (int draw = 0; draw <= w.length; draw++) {
        philox.normals(stream, draw * blocks + first / BLOCK, normals, BLOCK * draw);
      }
      for (int lane = 0; lane < Math.min(BLOCK, size - first); lane++) {
        double common = deviation * normals[lane];
        double along = along(w, normals, lane);
        for (int k = 0; k < w.length; k++) {
          double noise = normals[BLOCK * (k + 1) + lane] - w[k] * along;
          basis[at + k * size + first + lane] = (float) (w[k] * common + spread * noise);
        }
      }
    }
  }

  /** w^T N / w^T w for the noise in one lane of the blocks behind the first. */
  private static double along(double[] w, float[] normals, int lane) {
    double sum = 0;
    for (int k = 0; k < w.length; k++) {
      sum += w[k] * normals[BLOCK * (k + 1) + lane];
    }
    return sum / squaredNorm(w);
  }

  /** c: one over the root of the mean over s of |a(s)|^2 - 1 / |w|^2; 0 where that is 0. */
  private static double noiseScale(WeightManifold manifold, double[] w) {
    double[] s = new double[manifold.dimensions()];
    double[] a = new double[w.length];
    double sum = 0;
    for (int i = 0; i < PLACES; i++) {
      place(i, s);
      manifold.coefficients(s, a);
      sum += squaredNorm(a);
    }
    double mean = sum / PLACES - 1 / squaredNorm(w);
    return mean > 1e-9 ? 1 / Math.sqrt(mean) : 0;
  }

  /** Place i of a stratified sample: strata along the first dimension, random along the others. */
  private static void place(int i, double[] s) {
    Philox philox = new Philox(PURPOSE);
    for (int j = 0; j < s.length; j++) {
      s[j] = j == 0 ? (i + 0.5) / PLACES : philox.uniform(j, i);
    }
  }

  private static double squaredNorm(double[] x) {
    double sum = 0;
    for (double value : x) {
      sum += value * value;
    }
    return sum;
  }

  /** The 64-bit FNV-1a hash, which takes unlike names to unlike streams. */
  private static long hash(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte value : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (value & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }
}
