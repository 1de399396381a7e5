package io.loxodrome.riemann;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.Gram;
import io.loxodrome.nn.Parameter;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a few examples say of a network's training: the contraction rate of each module and of all,
 * and the two stability bounds with the joint rate as xi.
 *
 * <p>It takes one sweep back for each of the network's outputs, with the identity as output factor.
 * From the modules' Gram matrices follow those of the loss's own factor, and kappa, the largest
 * singular value of an example's derivative of the outputs by all parameters in D's metric.
 *
 * @param modules in the order of use
 */
public record BatchEstimates(
    List<ContractionRate> modules,
    ComposedRate composed,
    JointRate joint,
    OutputStability output,
    UniformStability uniform) {
  /** Rows of the Gram matrices that {@link #examples} allows, so that the cost stays small. */
  private static final int MOST_ROWS = 128;

  public BatchEstimates {
    modules = List.copyOf(modules);
  }

  /**
   * What is trained, and how.
   *
   * @param factor of the loss's metric at the outputs, an exact one
   * @param lipschitz L, the steepest slope of the loss in the outputs: sqrt 2 for the softmax
   *     cross-entropy
   * @param mu the metric's share of D, at least 0
   * @param weightDecay decoupled, at least 0
   * @param trainingExamples n, at least 1
   */
  public record Setting(
      OutputFactor factor, double lipschitz, double mu, double weightDecay, long trainingExamples) {
    /** The softmax cross-entropy. */
    public static Setting softmax(double mu, double weightDecay, long trainingExamples) {
      return new Setting(
          new OutputFactor.Softmax(), Math.sqrt(2), mu, weightDecay, trainingExamples);
    }
  }

  /**
   * How many examples to take so that it costs little: at most 128 / outputs, at least 1.
   *
   * @param available at least 1
   */
  public static int examples(int available, int outputs) {
    return Math.max(1, Math.min(available, MOST_ROWS / outputs));
  }

  /**
   * Estimates from a forward pass; gradients of earlier passes are used up.
   *
   * @param tape of the pass, which stays as it is
   * @param outputs the network's, B x c
   * @param parameters of the network
   * @throws IllegalStateException as {@link LayerwiseMetric#of}
   * @throws IllegalArgumentException as {@link LayerwiseMetric#of}
   * @throws ArithmeticException if the derivatives are not finite
   */
  public static BatchEstimates of(
      Tape tape, Variable outputs, List<Parameter> parameters, Setting setting) {
    int batch = outputs.value().shape().dimension(0);
    OutputFactor identity = new OutputFactor.Identity();
    try (LayerwiseMetric metric = LayerwiseMetric.of(tape, outputs, parameters, identity, 0)) {
      int count = outputs.value().shape().dimension(1);
      double[][] columns = setting.factor().columns(outputs.value().toDoubles(), count, 0);
      List<double[][]> grams = metric.modules().stream().map(BatchEstimates::gram).toList();
      List<GaussNewtonBlock> blocks = new ArrayList<>();
      for (int l = 0; l < grams.size(); l++) {
        SymmetricMatrix ofLoss = between(grams.get(l), columns, batch);
        blocks.add(block(metric.modules().get(l), ofLoss, setting.mu()));
      }
      return of(blocks, kappa(grams, batch), setting);
    }
  }

  private static BatchEstimates of(List<GaussNewtonBlock> blocks, double kappa, Setting setting) {
    double decay = setting.weightDecay();
    JointRate joint = GaussNewtonBlock.joint(blocks, decay);
    double mu = blocks.stream().mapToDouble(GaussNewtonBlock::mu).min().orElseThrow();
    long n = setting.trainingExamples();
    return new BatchEstimates(
        blocks.stream().map(block -> block.contraction(decay)).toList(),
        GaussNewtonBlock.composed(blocks, decay),
        joint,
        new OutputStability(kappa, setting.lipschitz(), joint.value(), mu, n),
        new UniformStability(kappa, setting.lipschitz(), joint.value(), mu, n));
  }

  private static GaussNewtonBlock block(ModuleMetric module, SymmetricMatrix gram, double mu) {
    return new GaussNewtonBlock(
        name(module), gram, freeParameters(module), module.effectiveDamping(mu));
  }

  /** conv1 of conv1.weight and conv1.bias. */
  private static String name(ModuleMetric module) {
    String first = module.parameters().get(0).name();
    int dot = first.lastIndexOf('.');
    return module.parameters().size() == 1 || dot < 1 ? first : first.substring(0, dot);
  }

  private static long freeParameters(ModuleMetric module) {
    long sum = 0;
    for (Parameter parameter : module.parameters()) {
      Gram metric = parameter.gram();
      long free = IntStream.range(0, metric.size()).filter(k -> !metric.frozen(k)).count();
      sum += free * parameter.basis().shape().rowSize();
    }
    return sum;
  }

  /** S of all outputs' columns, both triangles; output q of example i is row q B + i. */
  private static double[][] gram(ModuleMetric module) {
    Tensor gram = module.gram();
    int size = module.size();
    double[] values = gram.toDoubles();
    double[][] rows = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        rows[i][j] = values[i * size + j];
        rows[j][i] = rows[i][j];
      }
    }
    return rows;
  }

  /** C^T S C, where column a B + i of C has the factor's column a of example i. */
  private static SymmetricMatrix between(double[][] gram, double[][] columns, int batch) {
    double[][] half = combined(gram, columns, batch);
    return SymmetricMatrix.of(combined(half, columns, batch));
  }

  /** (S C)^T: row a B + i is sum_q u_aiq S_(q B + i). */
  private static double[][] combined(double[][] gram, double[][] columns, int batch) {
    int outputs = gram[0].length;
    double[][] rows = new double[columns.length * batch][gram.length];
    int count = outputs / batch;
    for (int a = 0; a < columns.length; a++) {
      for (int i = 0; i < batch; i++) {
        double[] row = rows[a * batch + i];
        for (int q = 0; q < count; q++) {
          double u = columns[a][i * count + q];
          for (int j = 0; j < gram.length; j++) {
            row[j] += u * gram[j][q * batch + i];
          }
        }
      }
    }
    return rows;
  }

  /** The root of the largest eigenvalue of any example's B sum_l S_l, c x c. */
  private static double kappa(List<double[][]> grams, int batch) {
    int outputs = grams.get(0).length / batch;
    double largest = 0;
    for (int i = 0; i < batch; i++) {
      double[][] own = new double[outputs][outputs];
      for (double[][] gram : grams) {
        for (int q = 0; q < outputs; q++) {
          for (int r = 0; r < outputs; r++) {
            own[q][r] += batch * gram[q * batch + i][r * batch + i];
          }
        }
      }
      largest = Math.max(largest, SymmetricMatrix.of(own).largest());
    }
    return Math.sqrt(largest);
  }

  /** All of them, the modules' rates first. */
  public List<Estimate> all() {
    Stream<Estimate> together = Stream.of(composed, joint, output, uniform);
    return Stream.concat(modules.stream(), together).toList();
  }
}
