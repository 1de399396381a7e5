package io.loxodrome.optim;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.UpdateOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves parameters against their gradients, in the metric of their manifold, as {@link Sgd} and
 * {@link Adam} do.
 *
 * <p>Gradients g are rescaled to G^-1 g (WWM theorem 1), weight decay is decoupled and applied
 * after that, and frozen basis points never move. Where an optimiser is in its course is the
 * contents of {@link #state} and the number of {@link #steps}: with both restored it goes on with
 * the same bits.
 */
public abstract class Optimizer implements AutoCloseable {
  private final Device device;
  private final List<Parameter> parameters;
  private final GradientScaling scaling;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private double learningRate;
  private double scale = 1;
  private long steps;

  /**
   * An optimiser of {@code parameters}, each named once however many layers share it.
   *
   * @throws IllegalArgumentException if two parameters have one name
   */
  protected Optimizer(
      Device device, List<Parameter> parameters, double learningRate, GradientScaling scaling) {
    this.device = device;
    this.parameters = parameters.stream().distinct().toList();
    this.learningRate = learningRate;
    this.scaling = scaling;
    Set<String> names = new HashSet<>();
    for (Parameter parameter : this.parameters) {
      if (!names.add(parameter.name())) {
        throw new IllegalArgumentException("two parameters are named " + parameter.name());
      }
    }
  }

  /** The tensors of one kind of state, zero at first, in the parameters' order. */
  protected final List<Tensor> allocateState(String kind) {
    return parameters.stream()
        .map(
            parameter -> {
              Tensor tensor = device.zeros(parameter.basis().shape());
              state.put(parameter.name() + "." + kind, tensor);
              return tensor;
            })
        .toList();
  }

  /**
   * Takes one step along the gradients of the last backward pass and uses them up.
   *
   * @throws IllegalStateException if a parameter has no gradient; no parameter has moved then
   * @throws ArithmeticException if gradients are to be clipped or constrained and their length is
   *     not finite; no parameter has moved then
   */
  public final void step() {
    begin();
    move();
  }

  /**
   * The first half of {@link #step}: looks at the gradients and counts the step.
   *
   * @throws IllegalStateException as step does
   * @throws ArithmeticException as step does
   */
  public final void begin() {
    parameters.forEach(parameter -> parameter.variable().gradient());
    prepare();
    scale = measureScale();
    steps++;
  }

  /** The second half of {@link #step}: moves the parameters and uses the gradients up. */
  public final void move() {
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      update(i, parameter, scale);
      parameter.variable().discardGradient();
    }
  }

  /**
   * Whether {@link #move} asks the same of the device in every step, until the learning rate is
   * changed: only then may it be part of a recording.
   */
  public abstract boolean movesAlike();

  /** Whether it has to {@linkplain #observe observe} the forward pass of every step. */
  public boolean observes() {
    return false;
  }

  /**
   * Looks at a forward pass, before the way back from its loss.
   *
   * @param tape of the pass, which can go back
   * @param outputs the network's, B x c
   */
  public void observe(Tape tape, Variable outputs) {}

  /** What a step needs besides the gradients, which are there; no parameter has moved yet. */
  protected void prepare() {}

  /** Moves parameter number {@code index} along {@code scale} times its gradient. */
  protected abstract void update(int index, Parameter parameter, double scale);

  /**
   * |g|, the length of the gradients in the metric: the root of the sum over all parameters of
   * tr(g^T G^-1 g).
   *
   * @throws IllegalStateException if a parameter has no gradient
   * @throws ArithmeticException if the length is not finite; the message names the parameter
   */
  public final double gradientNorm() {
    double sum = 0;
    for (Parameter parameter : parameters) {
      double square = updates().squaredNorm(parameter.gram(), parameter.variable().gradient());
      if (!Double.isFinite(square)) {
        throw new ArithmeticException(
            "the squared length of " + parameter.name() + "'s gradient is " + square);
      }
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /**
   * The gradients' length by which they are scaled, after {@link #prepare}.
   *
   * @throws ArithmeticException if it is not finite
   */
  protected double length() {
    return gradientNorm();
  }

  private double measureScale() {
    if (scaling instanceof GradientScaling.Clipped clipped) {
      double norm = length();
      return norm > clipped.maximum() ? clipped.maximum() / norm : 1;
    }
    if (scaling instanceof GradientScaling.Constrained) {
      double norm = length();
      return norm > 0 ? 1 / norm : 0;
    }
    return 1;
  }

  /** Whether gradients keep their length, whatever it is. */
  final boolean keepsLength() {
    return scaling instanceof GradientScaling.None;
  }

  protected final UpdateOperators updates() {
    return device.operators().update();
  }

  /** The parameters it moves. */
  public final List<Parameter> parameters() {
    return parameters;
  }

  /** eta. */
  public final double learningRate() {
    return learningRate;
  }

  /**
   * Changes the learning rate from the next step on.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public final void setLearningRate(double learningRate) {
    Check.notNegative("learning rate", learningRate);
    this.learningRate = learningRate;
  }

  /** How many steps were taken. */
  public final long steps() {
    return steps;
  }

  /**
   * Goes on after {@code steps} steps, {@link #state} holding what it held then.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  public final void resume(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be at least 0");
    }
    this.steps = steps;
  }

  /**
   * What it remembers between steps, by parameter name and kind: live tensors, to save or write.
   */
  public final Map<String, Tensor> state() {
    return Collections.unmodifiableMap(state);
  }

  /** Frees the state; the second call does nothing. */
  @Override
  public void close() {
    state.values().forEach(Tensor::close);
  }
}
