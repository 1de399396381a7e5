package io.loxodrome.train;

import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Adam;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Which optimiser a run uses, and its settings.
 *
 * @param rule the optimiser
 * @param form which gradient Adam sees; of no account to SGD
 * @param learningRate eta, at least 0
 * @param momentum of SGD, in [0, 1); of no account to Adam
 * @param weightDecay decoupled, at least 0
 * @param clip the longest gradient in the metric norm, positive; empty: as long as it likes
 */
public record OptimizerChoice(
    Rule rule,
    AdamStep.Form form,
    double learningRate,
    double momentum,
    double weightDecay,
    OptionalDouble clip) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is NaN or out of its range; the message names it
   */
  public OptimizerChoice {
    // SGD's settings have every number that there is here, and check it.
    sgd(learningRate, momentum, weightDecay, clip);
  }

  /** The optimisers, as they are named in commands and checkpoints. */
  public enum Rule {
    SGD(0.01, 0),
    NESTEROV(0.01, 0),
    ADAM(0.001, 0),
    ADAMW(0.001, 0.01);

    private final double learningRate;
    private final double weightDecay;

    Rule(double learningRate, double weightDecay) {
      this.learningRate = learningRate;
      this.weightDecay = weightDecay;
    }
  }

  /** An optimiser with the settings it is known by: SGD 0.01 with momentum 0.9, Adam 0.001. */
  public static OptimizerChoice of(Rule rule) {
    return new OptimizerChoice(
        rule,
        AdamStep.Form.WHITENED,
        rule.learningRate,
        0.9,
        rule.weightDecay,
        OptionalDouble.empty());
  }

  /** The optimiser itself. */
  public Optimizer create(Device device, List<Parameter> parameters) {
    return switch (rule) {
      case SGD -> new Sgd(device, parameters, sgd());
      case NESTEROV -> new Sgd(device, parameters, sgd().withNesterov());
      case ADAM, ADAMW -> new Adam(device, parameters, adam());
    };
  }

  private Sgd.Settings sgd() {
    return sgd(learningRate, momentum, weightDecay, clip);
  }

  private static Sgd.Settings sgd(
      double learningRate, double momentum, double weightDecay, OptionalDouble clip) {
    return Sgd.Settings.defaults()
        .withLearningRate(learningRate)
        .withMomentum(momentum)
        .withWeightDecay(weightDecay)
        .withScaling(scaling(clip));
  }

  private Adam.Settings adam() {
    return Adam.Settings.adam()
        .withLearningRate(learningRate)
        .withWeightDecay(weightDecay)
        .withForm(form)
        .withScaling(scaling(clip));
  }

  private static GradientScaling scaling(OptionalDouble clip) {
    return clip.isPresent()
        ? new GradientScaling.Clipped(clip.getAsDouble())
        : new GradientScaling.None();
  }
}
