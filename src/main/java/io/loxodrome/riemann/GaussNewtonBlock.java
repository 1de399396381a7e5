package io.loxodrome.riemann;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * One module's share K K^T of the Gauss-Newton matrix of a batch, known through the Gram matrix S =
 * K^T D^-1 K alone, which is as small as the batch. With M = mu D + K K^T the eigenvalues of M^-1 K
 * K^T are s / (mu + s) for those s of S, and 0 in directions that the batch does not see.
 *
 * @param module its name
 * @param gram S, one row for each column of K; the same columns for all modules of a network
 * @param parameters how many the module has that are free to move, at least 1
 * @param mu the metric's share of D, at least 0
 */
public record GaussNewtonBlock(String module, SymmetricMatrix gram, long parameters, double mu) {
  /** Below this share of the largest eigenvalue there is only rounding. */
  private static final double ROUNDING = 1e-15;

  public GaussNewtonBlock {
    Check.atLeastOne("parameters of " + module, parameters);
    Check.notNegative("mu of " + module, mu);
  }

  /** In how many directions of its parameters the columns may lie. */
  private int directions() {
    return (int) Math.min(gram.size(), parameters);
  }

  /**
   * s to s / (mu + s), which takes S to K^T M^-1 K = S (mu I + S)^-1; where mu = 0, that is the
   * projection onto what S does not take to 0.
   */
  private DoubleUnaryOperator response() {
    double negligible = ROUNDING * gram.size() * gram.largest();
    return s -> s > negligible ? s / (mu + s) : 0;
  }

  /** K^T M^-1 K. */
  private SymmetricMatrix projection() {
    return gram.mapped(response());
  }

  /**
   * The module's contraction rate on the batch, with H = K K^T.
   *
   * @param weightDecay decoupled, at least 0: it adds to every rate
   */
  public ContractionRate contraction(double weightDecay) {
    Check.notNegative("weight decay", weightDecay);
    double[] rates = Arrays.stream(gram.eigenvalues()).map(response()).toArray();
    return new ContractionRate(
        module,
        rates[rates.length - directions()] + weightDecay,
        rates[rates.length - 1] + weightDecay,
        assumption(directions(), mu));
  }

  /**
   * The bound of the composed rate on the batch. It cannot be positive, but for weight decay, where
   * the modules together have more directions than there are columns: some then change no output,
   * and {@link #joint} leaves them out.
   *
   * @param blocks of all modules, with the same columns
   */
  public static ComposedRate composed(List<GaussNewtonBlock> blocks, double weightDecay) {
    Check.notNegative("weight decay", weightDecay);
    requireOneSize(blocks);
    List<SymmetricMatrix> responses = blocks.stream().map(GaussNewtonBlock::projection).toList();
    List<SymmetricMatrix> roots =
        blocks.stream().map(b -> b.gram.mapped(b.response().andThen(Math::sqrt))).toList();
    double[][] rates = new double[blocks.size()][blocks.size()];
    for (int i = 0; i < rates.length; i++) {
      rates[i][i] = blocks.get(i).contraction(weightDecay).value();
      for (int j = 0; j < i; j++) {
        // M_i^-1/2 K_i K_j^T M_j^-1/2 is T_i^1/2 T_j^1/2 between two orthonormal frames.
        double square = responses.get(j).between(roots.get(i)).largest();
        rates[i][j] = -Math.sqrt(Math.max(0, square));
        rates[j][i] = rates[i][j];
      }
    }
    return new ComposedRate(
        SymmetricMatrix.of(rates).smallest(), assumption(directions(blocks), mu(blocks)));
  }

  /**
   * The rate of all modules at once on the batch.
   *
   * @param blocks of all modules, with the same columns
   */
  public static JointRate joint(List<GaussNewtonBlock> blocks, double weightDecay) {
    Check.notNegative("weight decay", weightDecay);
    requireOneSize(blocks);
    SymmetricMatrix sum =
        blocks.stream()
            .map(GaussNewtonBlock::projection)
            .reduce(SymmetricMatrix::plus)
            .orElseThrow();
    double[] rates = sum.eigenvalues();
    long directions = Math.min(rates.length, directions(blocks));
    return new JointRate(
        Math.max(0, rates[rates.length - (int) directions]) + weightDecay,
        rates[rates.length - 1] + weightDecay,
        assumption(directions, mu(blocks)));
  }

  private static long directions(List<GaussNewtonBlock> blocks) {
    return blocks.stream().mapToLong(GaussNewtonBlock::directions).sum();
  }

  /** The smallest: M is at least so much of D in every module. */
  private static double mu(List<GaussNewtonBlock> blocks) {
    return blocks.stream().mapToDouble(GaussNewtonBlock::mu).min().orElseThrow();
  }

  private static void requireOneSize(List<GaussNewtonBlock> blocks) {
    int[] sizes = blocks.stream().mapToInt(block -> block.gram.size()).distinct().toArray();
    if (sizes.length != 1) {
      throw new IllegalArgumentException(
          "Gram matrices of modules that train together have one size, these have "
              + Arrays.toString(sizes));
    }
  }

  private static String assumption(long directions, double mu) {
    return String.format(
        Locale.ROOT,
        "H is the Gauss-Newton matrix of a batch that stands for all data, in the %d directions it"
            + " sees, M = %.3g D + H, and both stay as they are here",
        directions,
        mu);
  }
}
