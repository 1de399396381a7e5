package io.loxodrome.riemann;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent in the layerwise metric, with momentum: v = momentum v + M^-1 g for
 * every module, P = P - learningRate v, where M = mu G (x) I + K K^T is the {@link ModuleMetric} of
 * the batch.
 *
 * <p>It has to {@linkplain #observe observe} the forward pass before the way back:
 *
 * <pre>{@code
 * Variable logits = network.forward(tape, images, conditioning);
 * SoftmaxCrossEntropy loss = SoftmaxCrossEntropy.of(tape, logits, labels);
 * optimizer.observe(tape, logits);
 * loss.backward();
 * optimizer.step();
 * }</pre>
 *
 * <p>Where no column of K reaches, the step is that of mu G alone, learningRate / mu G^-1 g. An
 * exact factor reaches all of the gradient; random columns do not, and want a smaller learning rate
 * or a larger mu.
 *
 * <p>As mu grows, mu times the step becomes G^-1 g, that of {@link io.loxodrome.optim.Sgd}. A batch
 * of one example, examples that are there twice and columns that depend on each other need no care:
 * the damping makes M definite. With mu = 0 it is as small as rounding allows; see {@link
 * ModuleMetric#effectiveDamping}.
 */
public final class RiemannianSgd extends Optimizer {
  /**
   * What to set.
   *
   * @param factor of the loss's metric at the outputs
   * @param damping mu, at least 0
   * @param learningRate eta, at least 0; empty: 1 / the number of modules, for which eta
   *     lam_max(M^-1 H) is at most 1 with the Gauss-Newton matrix H of the batch, if the factor is
   *     exact. That holds of the loss's quadratic model alone: where a network is certain and
   *     wrong, H is next to nothing, M^-1 g is long, and the rate has to be smaller. Where the step
   *     is {@linkplain GradientScaling.Constrained constrained}, its length, and not empty
   * @param momentum in [0, 1)
   * @param weightDecay decoupled: P shrinks by learningRate weightDecay each step; at least 0
   * @param scaling what is done to the gradients' length, the root of the sum of g^T M^-1 g over
   *     all modules, which is that of the step too
   */
  public record Settings(
      OutputFactor factor,
      double damping,
      OptionalDouble learningRate,
      double momentum,
      double weightDecay,
      GradientScaling scaling) {
    /** mu unless the settings say otherwise. */
    public static final double DEFAULT_DAMPING = 0.1;

    public Settings {
      Check.notNegative("damping", damping);
      learningRate.ifPresent(rate -> Check.notNegative("learning rate", rate));
      Check.notNegative("momentum", momentum);
      Check.notNegative("weight decay", weightDecay);
      if (momentum >= 1) {
        throw new IllegalArgumentException("momentum is " + momentum + ", must be in [0, 1)");
      }
      if (scaling instanceof GradientScaling.Constrained) {
        requireOneLength(learningRate, momentum);
      }
    }

    private static void requireOneLength(OptionalDouble learningRate, double momentum) {
      if (learningRate.isEmpty()) {
        throw new IllegalArgumentException(
            "there is no learning rate; where the step is constrained it is the step's length and"
                + " has to be given");
      }
      if (momentum != 0) {
        throw new IllegalArgumentException(
            "momentum is "
                + momentum
                + ", must be 0 where the step is constrained: its length would not be the one"
                + " asked for");
      }
    }

    /** Damping 0.1, learning rate 1 / modules, no momentum, no decay. */
    public static Settings of(OutputFactor factor) {
      return new Settings(
          factor, DEFAULT_DAMPING, OptionalDouble.empty(), 0, 0, new GradientScaling.None());
    }

    /** These settings with another damping. */
    public Settings withDamping(double damping) {
      return new Settings(factor, damping, learningRate, momentum, weightDecay, scaling);
    }

    /** These settings with a learning rate. */
    public Settings withLearningRate(double learningRate) {
      return new Settings(
          factor, damping, OptionalDouble.of(learningRate), momentum, weightDecay, scaling);
    }

    /** These settings with another momentum. */
    public Settings withMomentum(double momentum) {
      return new Settings(factor, damping, learningRate, momentum, weightDecay, scaling);
    }

    /** These settings with another decay. */
    public Settings withWeightDecay(double weightDecay) {
      return new Settings(factor, damping, learningRate, momentum, weightDecay, scaling);
    }

    /** These settings with another scaling of the gradients. */
    public Settings withScaling(GradientScaling scaling) {
      return new Settings(factor, damping, learningRate, momentum, weightDecay, scaling);
    }
  }

  private final Settings settings;
  private final List<Tensor> velocities;
  private final Map<Parameter, Double> dampings = new HashMap<>();
  private @Nullable LayerwiseMetric metric;
  private boolean rated;
  private double squaredLength;

  /**
   * An optimiser at rest.
   *
   * @throws IllegalArgumentException if two parameters have one name
   */
  public RiemannianSgd(Device device, List<Parameter> parameters, Settings settings) {
    super(device, parameters, settings.learningRate().orElse(1), settings.scaling());
    this.settings = settings;
    this.velocities = allocateState("velocity");
    this.rated = settings.learningRate().isPresent();
  }

  /** Yes: a step needs the metric of its batch. */
  @Override
  public boolean observes() {
    return true;
  }

  /** No: what a step asks of the device depends on the batch's metric. */
  @Override
  public boolean movesAlike() {
    return false;
  }

  /**
   * Computes the metric of the batch, one sweep back for each of the factor's columns; gradients of
   * earlier passes are used up.
   *
   * @throws IllegalStateException as {@link LayerwiseMetric#of}
   * @throws IllegalArgumentException as {@link LayerwiseMetric#of}
   */
  @Override
  public void observe(Tape tape, Variable outputs) {
    forget();
    metric = LayerwiseMetric.of(tape, outputs, parameters(), settings.factor(), steps());
    if (!rated) {
      setLearningRate(1.0 / Math.max(1, metric.modules().size()));
      rated = true;
    }
  }

  /** The metric that was observed last; empty before, and once a step has used it. */
  public Optional<LayerwiseMetric> metric() {
    return Optional.ofNullable(metric);
  }

  private void forget() {
    if (metric != null) {
      metric.close();
      metric = null;
    }
  }

  @Override
  protected void prepare() {
    if (metric == null) {
      throw new IllegalStateException(
          "no forward pass was observed since the last step: observe(tape, outputs) comes between"
              + " forward and backward");
    }
    dampings.clear();
    squaredLength = 0;
    for (ModuleMetric module : metric.modules()) {
      double damping = module.effectiveDamping(settings.damping());
      squaredLength +=
          module.precondition(
              damping, module.parameters().stream().map(p -> p.variable().gradient()).toList());
      module.parameters().forEach(parameter -> dampings.put(parameter, damping));
    }
    forget();
  }

  /** The root of the sum of g^T M^-1 g over all modules. */
  @Override
  protected double length() {
    if (!Double.isFinite(squaredLength)) {
      throw new ArithmeticException(
          "the squared length of the gradients in the layerwise metric is " + squaredLength);
    }
    return Math.sqrt(squaredLength);
  }

  @Override
  protected void update(int index, Parameter parameter, double scale) {
    Double damping = dampings.get(parameter);
    if (damping == null) {
      throw new IllegalStateException(
          parameter.name() + " was in no operation of the forward pass that was observed");
    }
    SgdStep step =
        new SgdStep(
            learningRate(),
            settings.momentum(),
            SgdStep.Rule.HEAVY_BALL,
            settings.weightDecay(),
            damping == 0 ? 0 : scale / damping);
    updates()
        .sgd(
            step,
            parameter.gram(),
            parameter.basis(),
            parameter.variable().gradient(),
            velocities.get(index));
  }

  /** Frees the state and the last metric; the second call does nothing. */
  @Override
  public void close() {
    forget();
    super.close();
  }
}
