package io.loxodrome.train;

import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Adam;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.optim.Sgd;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianSgd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Which optimiser a run uses, and its settings.
 *
 * @param rule the optimiser
 * @param form which gradient Adam sees; of no account to SGD
 * @param learningRate eta, at least 0
 * @param momentum of SGD in either metric, in [0, 1); of no account to Adam
 * @param weightDecay decoupled, at least 0
 * @param clip the longest gradient in the metric norm, of the layerwise metric for RIEMANNIAN,
 *     positive; empty: as long as it likes
 * @param l2 lambda of {@link io.loxodrome.optim.GrowingPenalty} (WWM Eq. 14), at least 0; 0: there
 *     is no penalty
 * @param layerwise the layerwise metric of a step; of no account but to RIEMANNIAN
 */
public record OptimizerChoice(
    Rule rule,
    AdamStep.Form form,
    double learningRate,
    double momentum,
    double weightDecay,
    OptionalDouble clip,
    double l2,
    Layerwise layerwise) {
  /** The name of the penalty in text, which is there only if the penalty is. */
  static final String L2 = "l2";

  /**
   * What the layerwise metric is made of.
   *
   * @param probes random columns of the loss's metric for each example, at least 1; empty: all that
   *     there are, exactly
   * @param damping mu, at least 0
   */
  public record Layerwise(OptionalInt probes, double damping) {
    private static final String EXACT = "exact";

    /** One random column for each example, mu = 0.1. */
    public static final Layerwise DEFAULT =
        new Layerwise(OptionalInt.of(1), RiemannianSgd.Settings.DEFAULT_DAMPING);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public Layerwise {
      RiemannianSgd.Settings.of(factor(probes, 0)).withDamping(damping);
    }

    /**
     * Reads the number of probes.
     *
     * @param text a whole number or {@code exact}
     * @throws IllegalArgumentException if it is neither
     */
    public static OptionalInt probes(String text) {
      if (text.equals(EXACT)) {
        return OptionalInt.empty();
      }
      try {
        return OptionalInt.of(Integer.parseInt(text));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "probes is '" + text + "', expected a whole number or exact", e);
      }
    }

    private static OutputFactor factor(OptionalInt probes, long seed) {
      return probes.isPresent()
          ? new OutputFactor.SampledSoftmax(probes.getAsInt(), seed)
          : new OutputFactor.Softmax();
    }

    /** The settings as text by name. */
    public Map<String, String> toText() {
      Map<String, String> text = new LinkedHashMap<>();
      text.put("probes", probes.isPresent() ? Integer.toString(probes.getAsInt()) : EXACT);
      text.put("damping", Double.toString(damping));
      return text;
    }

    private static Layerwise of(TextFields text) {
      return new Layerwise(probes(text.text("probes")), text.real("damping"));
    }
  }

  /** A choice without a penalty, and with the usual layerwise metric. */
  public OptimizerChoice(
      Rule rule,
      AdamStep.Form form,
      double learningRate,
      double momentum,
      double weightDecay,
      OptionalDouble clip) {
    this(rule, form, learningRate, momentum, weightDecay, clip, 0, Layerwise.DEFAULT);
  }

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
    SGD(0.01, 0.9, 0),
    NESTEROV(0.01, 0.9, 0),
    ADAM(0.001, 0.9, 0),
    ADAMW(0.001, 0.9, 0.01),
    /**
     * SGD in the layerwise metric; its learning rate is 1 over the paper network's 5 modules. That
     * is safe for a quadratic loss; steps are clipped because softmax's is not, where a network is
     * certain and wrong.
     */
    RIEMANNIAN(0.2, 0, 0, OptionalDouble.of(1));

    private final double learningRate;
    private final double momentum;
    private final double weightDecay;
    private final OptionalDouble clip;

    Rule(double learningRate, double momentum, double weightDecay) {
      this(learningRate, momentum, weightDecay, OptionalDouble.empty());
    }

    Rule(double learningRate, double momentum, double weightDecay, OptionalDouble clip) {
      this.learningRate = learningRate;
      this.momentum = momentum;
      this.weightDecay = weightDecay;
      this.clip = clip;
    }
  }

  /**
   * An optimiser with the settings it is known by: SGD 0.01 with momentum 0.9, Adam 0.001, in the
   * layerwise metric 0.2 without momentum and no step longer than 1 times that.
   */
  public static OptimizerChoice of(Rule rule) {
    return new OptimizerChoice(
        rule,
        AdamStep.Form.WHITENED,
        rule.learningRate,
        rule.momentum,
        rule.weightDecay,
        rule.clip);
  }

  /** The same with another penalty. */
  public OptimizerChoice withL2(double other) {
    return new OptimizerChoice(
        rule, form, learningRate, momentum, weightDecay, clip, other, layerwise);
  }

  /** The same with another layerwise metric. */
  public OptimizerChoice withLayerwise(Layerwise other) {
    return new OptimizerChoice(rule, form, learningRate, momentum, weightDecay, clip, l2, other);
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
    if (rule == Rule.RIEMANNIAN) {
      text.putAll(layerwise.toText());
    }
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
    Rule rule = text.constant("optimizer", Rule.class);
    return new OptimizerChoice(
        rule,
        text.constant("form", AdamStep.Form.class),
        text.real("learning_rate"),
        text.real("momentum"),
        text.real("weight_decay"),
        text.optionalReal("clip"),
        text.values().containsKey(L2) ? text.real(L2) : 0,
        rule == Rule.RIEMANNIAN ? Layerwise.of(text) : Layerwise.DEFAULT);
  }

  /**
   * The optimiser itself.
   *
   * @param seed of its random numbers, if it has any
   */
  public Optimizer create(Device device, List<Parameter> parameters, long seed) {
    return switch (rule) {
      case SGD -> new Sgd(device, parameters, sgd());
      case NESTEROV -> new Sgd(device, parameters, sgd().withNesterov());
      case ADAM, ADAMW -> new Adam(device, parameters, adam());
      case RIEMANNIAN -> new RiemannianSgd(device, parameters, riemannian(seed));
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

  private RiemannianSgd.Settings riemannian(long seed) {
    return RiemannianSgd.Settings.of(Layerwise.factor(layerwise.probes, seed))
        .withDamping(layerwise.damping)
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
