package io.loxodrome.optim;

import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * Adam and AdamW in the metric, in two forms; they differ in weight decay alone, which is always
 * decoupled.
 *
 * <p>Adam divides every element of a gradient by the root of its own second moment, so what G^-1
 * did to it may be lost. In the {@linkplain AdamStep.Form#PAPER paper's form} Adam sees G^-1 g, and
 * a diagonal G (point, ellipse, Fourier, sphere, and products of these) changes nothing but the
 * weight of epsilon. {@linkplain AdamStep.Form#WHITENED Whitened}, with G = R^T R and R upper
 * triangular, it works on R P with gradient R^-T g, where the metric is the identity.
 *
 * <p>In the basis a' = T a, P' = T^-T P the metric is T G T^T = (R T^T)^T (R T^T), and R T^T P' = R
 * P. For T lower triangular with a positive diagonal R T^T is that metric's whitening, hence
 * whitened Adam sees the same numbers and the curve moves the same. For any other T the whitening
 * is Q R T^T with a rotation Q, under which no elementwise rule is invariant. The paper's form has
 * no such invariance beyond a diagonal T.
 */
public final class Adam extends Optimizer {
  /**
   * What to set.
   *
   * @param learningRate eta, at least 0
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param epsilon added to the root of the second moment, positive
   * @param weightDecay decoupled: P shrinks by learningRate weightDecay each step; at least 0
   * @param form which gradient Adam sees
   * @param scaling what is done to the gradients' length before Adam sees them
   */
  public record Settings(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      AdamStep.Form form,
      GradientScaling scaling) {
    public Settings {
      Check.notNegative("learning rate", learningRate);
      Check.fraction("beta1", beta1);
      Check.fraction("beta2", beta2);
      Check.positive("epsilon", epsilon);
      Check.notNegative("weight decay", weightDecay);
      if (scaling instanceof GradientScaling.Constrained) {
        throw new IllegalArgumentException(
            "Adam's step cannot be constrained: it divides the gradient's length out again; use Sgd"
                + " without momentum");
      }
    }

    /** Adam: learning rate 0.001, beta 0.9 and 0.999, epsilon 1e-8, whitened, no decay. */
    public static Settings adam() {
      return new Settings(
          0.001, 0.9, 0.999, 1e-8, 0, AdamStep.Form.WHITENED, new GradientScaling.None());
    }

    /** AdamW: as {@link #adam} with a weight decay of 0.01. */
    public static Settings adamW() {
      return adam().withWeightDecay(0.01);
    }

    /** These settings with another learning rate. */
    public Settings withLearningRate(double learningRate) {
      return new Settings(learningRate, beta1, beta2, epsilon, weightDecay, form, scaling);
    }

    /** These settings with other decays of the moments. */
    public Settings withBetas(double beta1, double beta2) {
      return new Settings(learningRate, beta1, beta2, epsilon, weightDecay, form, scaling);
    }

    /** These settings with another epsilon. */
    public Settings withEpsilon(double epsilon) {
      return new Settings(learningRate, beta1, beta2, epsilon, weightDecay, form, scaling);
    }

    /** These settings with another decay. */
    public Settings withWeightDecay(double weightDecay) {
      return new Settings(learningRate, beta1, beta2, epsilon, weightDecay, form, scaling);
    }

    /** These settings in another form. */
    public Settings withForm(AdamStep.Form form) {
      return new Settings(learningRate, beta1, beta2, epsilon, weightDecay, form, scaling);
    }

    /** These settings with another scaling of the gradients. */
    public Settings withScaling(GradientScaling scaling) {
      return new Settings(learningRate, beta1, beta2, epsilon, weightDecay, form, scaling);
    }
  }

  private final Settings settings;
  private final List<Tensor> firstMoments;
  private final List<Tensor> secondMoments;

  /**
   * An optimiser at its start.
   *
   * @throws IllegalArgumentException if two parameters have one name
   */
  public Adam(Device device, List<Parameter> parameters, Settings settings) {
    super(device, parameters, settings.learningRate(), settings.scaling());
    this.settings = settings;
    this.firstMoments = allocateState("first");
    this.secondMoments = allocateState("second");
  }

  /** No: the correction of the moments depends on the number of steps. */
  @Override
  public boolean movesAlike() {
    return false;
  }

  @Override
  protected void update(int index, Parameter parameter, double scale) {
    AdamStep step =
        new AdamStep(
            settings.form(),
            learningRate(),
            settings.beta1(),
            settings.beta2(),
            settings.epsilon(),
            settings.weightDecay(),
            scale,
            steps());
    updates()
        .adam(
            step,
            parameter.gram(),
            parameter.basis(),
            parameter.variable().gradient(),
            firstMoments.get(index),
            secondMoments.get(index));
  }
}
