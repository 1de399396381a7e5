package io.loxodrome.riemann;

import io.loxodrome.tensor.Philox;

/**
 * A factor of a loss's metric at a network's outputs: columns u_q of each example with sum_q u_q
 * u_q^T = the metric, exactly or on average.
 */
public sealed interface OutputFactor {
  /** q, how many columns there are for c outputs. */
  int columns(int outputs);

  /**
   * The columns, one after another.
   *
   * @param values the network's outputs, B x c, row-major
   * @param outputs c, at least 1
   * @param step number of the step, which decides what random columns are
   * @return q arrays, each B x c
   */
  double[][] columns(double[] values, int outputs, long step);

  /** The identity, the metric of the loss |y - t|^2 / 2: column q is e_q. */
  record Identity() implements OutputFactor {
    @Override
    public int columns(int outputs) {
      return outputs;
    }

    @Override
    public double[][] columns(double[] values, int outputs, long step) {
      double[][] columns = new double[outputs][values.length];
      for (int at = 0; at < values.length; at++) {
        columns[at % outputs][at] = 1;
      }
      return columns;
    }
  }

  /**
   * That of the softmax cross-entropy, diag(p) - p p^T, exactly.
   *
   * <p>The c columns sqrt(p_q) (e_q - p) have one too many: sum_q sqrt(p_q) u_q = 0. A reflection
   * that takes that combination to the first column leaves 0 there, and in the others
   *
   * <pre>  u_q - sqrt(p_q) / (1 + sqrt(p_1)) u_1,  q = 2..c,</pre>
   *
   * <p>with the same sum of u u^T, c - 1 columns.
   */
  record Softmax() implements OutputFactor {
    @Override
    public int columns(int outputs) {
      return outputs - 1;
    }

    @Override
    public double[][] columns(double[] values, int outputs, long step) {
      double[][] columns = new double[outputs - 1][values.length];
      for (int first = 0; first < values.length; first += outputs) {
        double[] p = Probabilities.of(values, first, outputs);
        double firstRoot = Math.sqrt(p[0]);
        for (int q = 1; q < outputs; q++) {
          double root = Math.sqrt(p[q]);
          double ofFirst = root / (1 + firstRoot);
          for (int j = 0; j < outputs; j++) {
            double own = root * ((j == q ? 1 : 0) - p[j]);
            double reflected = ofFirst * firstRoot * ((j == 0 ? 1 : 0) - p[j]);
            columns[q - 1][first + j] = own - reflected;
          }
        }
      }
      return columns;
    }
  }

  /**
   * That of the softmax cross-entropy on average, by classes y that the network itself would draw,
   * never the labels: r columns (e_y - p) / sqrt(r), y ~ p.
   *
   * @param probes r, at least 1
   * @param seed of the classes
   */
  record SampledSoftmax(int probes, long seed) implements OutputFactor {
    /** Keeps these numbers apart from all others drawn from the same seed: "prob" in ASCII. */
    private static final long PURPOSE = 0x70726F62;

    public SampledSoftmax {
      if (probes < 1) {
        throw new IllegalArgumentException("probes is " + probes + ", must be at least 1");
      }
    }

    @Override
    public int columns(int outputs) {
      return probes;
    }

    @Override
    public double[][] columns(double[] values, int outputs, long step) {
      Philox philox = new Philox(seed).derived(PURPOSE);
      double scale = 1 / Math.sqrt(probes);
      double[][] columns = new double[probes][values.length];
      for (int first = 0; first < values.length; first += outputs) {
        double[] p = Probabilities.of(values, first, outputs);
        for (int r = 0; r < probes; r++) {
          long index = (long) first / outputs * probes + r;
          int y = Probabilities.drawn(p, philox.uniform(step, index));
          for (int j = 0; j < outputs; j++) {
            columns[r][first + j] = scale * ((j == y ? 1 : 0) - p[j]);
          }
        }
      }
      return columns;
    }
  }
}
