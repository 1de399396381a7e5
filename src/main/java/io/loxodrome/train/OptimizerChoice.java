package io.loxodrome.train;

import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Adam;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param l2 lambda of {@link io.loxodrome.optim.GrowingPenalty} (WWM Eq. 14), at least 0; 0: there
 *     is no penalty
 */
public record OptimizerChoice(
    Rule rule,
    AdamStep.Form form,
    double learningRate,
    double momentum,
    double weightDecay,
    OptionalDouble clip,
    double l2) {
  /** The name of the penalty in text, which is there only if the penalty is. */
  static final String L2 = "l2";

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is NaN or out of its range; the message names it
   */
  public OptimizerChoice {
    // SGD's settings have every other number that there is here, and check it.
    sgd(learningRate, momentum, weightDecay, clip);
    if (!(l2 >= 0 && Double.isFinite(l2))) {
      throw new IllegalArgumentException("l2 is " + l2 + ", must be at least 0 and finite");
    }
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
        OptionalDouble.empty(),
        0);
  }

  /** The same with another penalty. */
  public OptimizerChoice withL2(double other) {
    return new OptimizerChoice(rule, form, learningRate, momentum, weightDecay, clip, other);
  }

  /**
   * The choice as text by name, from which {@link #of(TextFields)} makes it again; a penalty only
   * where there is one, as in files from before there was any.
   */
  Map<String, String> toText() {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("optimizer", TextFields.constant(rule));
    text.put("form", TextFields.constant(form));
    text.put("learning_rate", Double.toString(learningRate));
    text.put("momentum", Double.toString(momentum));
    text.put("weight_decay", Double.toString(weightDecay));
    text.put("clip", TextFields.optional(clip));
    if (l2 > 0) {
      text.put(L2, Double.toString(l2));
    }
    return text;
  }

  /**
   * The choice from its text.
   *
   * @throws IllegalArgumentException if a part is missing or cannot be read; the message names it
   */
  static OptimizerChoice of(TextFields text) {
    return new OptimizerChoice(
        text.constant("optimizer", Rule.class),
        text.constant("form", AdamStep.Form.class),
        text.real("learning_rate"),
        text.real("momentum"),
        text.real("weight_decay"),
        text.optionalReal("clip"),
        text.values().containsKey(L2) ? text.real(L2) : 0);
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
