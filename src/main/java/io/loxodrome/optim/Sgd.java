package io.loxodrome.optim;

import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent in the metric, with momentum: v = momentum v + G^-1 g, P = P -
 * learningRate v.
 *
 * <p>Momentum commutes with the constant G^-1, so the curve moves the same whichever basis it is
 * written in: dW(s) = -learningRate sum_i k(s, s_i) grad_i with k = a(s)^T G^-1 a(s').
 */
public final class Sgd extends Optimizer {
  /**
   * What to set.
   *
   * @param learningRate eta = 1 / (2 lambda), at least 0; the length of the step where it is
   *     {@linkplain GradientScaling.Constrained constrained}
   * @param momentum in [0, 1)
   * @param rule how momentum enters the step
   * @param weightDecay decoupled: P shrinks by learningRate weightDecay each step; at least 0
   * @param scaling what is done to the gradients' length
   */
  public record Settings(
      double learningRate,
      double momentum,
      SgdStep.Rule rule,
      double weightDecay,
      GradientScaling scaling) {
    public Settings {
      Check.notNegative("learning rate", learningRate);
      Check.fraction("momentum", momentum);
      Check.notNegative("weight decay", weightDecay);
      if (scaling instanceof GradientScaling.Constrained && momentum != 0) {
        throw new IllegalArgumentException(
            "momentum is "
                + momentum
                + ", must be 0 where the step is constrained: its length would not be the one"
                + " asked for");
      }
    }

    /** Learning rate 0.01, momentum 0.9, no decay: the paper's. */
    public static Settings defaults() {
      return new Settings(0.01, 0.9, SgdStep.Rule.HEAVY_BALL, 0, new GradientScaling.None());
    }

    /** These settings with another learning rate. */
    public Settings withLearningRate(double learningRate) {
      return new Settings(learningRate, momentum, rule, weightDecay, scaling);
    }

    /** These settings with another momentum. */
    public Settings withMomentum(double momentum) {
      return new Settings(learningRate, momentum, rule, weightDecay, scaling);
    }

    /** These settings with Nesterov's momentum: P = P - learningRate (G^-1 g + momentum v). */
    public Settings withNesterov() {
      return new Settings(learningRate, momentum, SgdStep.Rule.NESTEROV, weightDecay, scaling);
    }

    /** These settings with another decay. */
    public Settings withWeightDecay(double weightDecay) {
      return new Settings(learningRate, momentum, rule, weightDecay, scaling);
    }

    /** These settings with another scaling of the gradients. */
    public Settings withScaling(GradientScaling scaling) {
      return new Settings(learningRate, momentum, rule, weightDecay, scaling);
    }
  }

  private final Settings settings;
  private final List<Tensor> velocities;

  /**
   * An optimiser at rest.
   *
   * @throws IllegalArgumentException if two parameters have one name
   */
  public Sgd(Device device, List<Parameter> parameters, Settings settings) {
    super(device, parameters, settings.learningRate(), settings.scaling());
    this.settings = settings;
    this.velocities = allocateState("velocity");
  }

  /** Yes, unless gradients are measured first. */
  @Override
  public boolean movesAlike() {
    return keepsLength();
  }

  @Override
  protected void update(int index, Parameter parameter, double scale) {
    SgdStep step =
        new SgdStep(
            learningRate(), settings.momentum(), settings.rule(), settings.weightDecay(), scale);
    updates()
        .sgd(
            step,
            parameter.gram(),
            parameter.basis(),
            parameter.variable().gradient(),
            velocities.get(index));
  }
}
