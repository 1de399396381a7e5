package io.loxodrome.nn;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Moments;
import io.loxodrome.ops.NormalizationOperators;
import io.loxodrome.ops.OwnPoints;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * Layer normalisation with gains and shifts on a manifold: y_i = gain(s_i) xhat_i + shift(s_i) per
 * channel, where xhat_i is x_i less its mean and over its deviation, B x channels x any.
 */
public final class ManifoldLayerNorm implements Layer {
  /** What is added to the variance unless the layer says otherwise. */
  public static final double DEFAULT_EPSILON = 1e-5;

  private final String name;
  private final LayerNormalization layer;
  private final Parameter gains;
  private final Parameter shifts;

  /**
   * A layer over given parameters, which it may share with other layers.
   *
   * @param name for messages
   * @param gains n x channels
   * @param shifts n x channels, on the same manifold
   * @throws IllegalArgumentException if a shape does not fit or the manifolds differ
   */
  public ManifoldLayerNorm(
      String name, LayerNormalization layer, Parameter gains, Parameter shifts) {
    ParameterShapes.require(gains, layer.channelShape(), shifts, layer.channelShape());
    this.name = name;
    this.layer = layer;
    this.gains = gains;
    this.shifts = shifts;
  }

  /**
   * A layer with new parameters, {@code name.gain} and {@code name.shift}: at every s the gain is 1
   * and the shift 0.
   */
  public static ManifoldLayerNorm initialized(
      Device device,
      String name,
      WeightManifold manifold,
      LayerNormalization layer,
      Initialization initialization) {
    return new ManifoldLayerNorm(
        name,
        layer,
        initialization.gains(device, name + ".gain", manifold, layer.channelShape()),
        initialization.bias(device, name + ".shift", manifold, layer.channelShape()));
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Mixture mixture =
        new Mixture(conditioning.coefficients(gains.manifold()), gains.basis(), shifts.basis());
    NormalizationOperators operators = tape.operators().normalization();
    Tensor output = tape.allocate(input.value().shape());
    Shape perExample = layer.momentShape(conditioning.batch());
    Moments moments = new Moments(tape.allocate(perExample), tape.allocate(perExample));
    operators.forward(layer, mixture, input.value(), output, moments);
    return tape.record(
        name,
        output,
        List.of(input, gains.variable(), shifts.variable()),
        (outputGradient, targets) ->
            operators.backward(
                layer,
                mixture,
                input.value(),
                moments,
                outputGradient,
                targets.wanted(0),
                Gradients.wanted(targets, 1, 2)),
        new Factor(this, tape.device(), mixture, input.value(), moments));
  }

  /** One use of a layer. */
  private record Factor(
      ManifoldLayerNorm used, Device device, Mixture mixture, Tensor input, Moments moments)
      implements ParameterFactor {
    @Override
    public List<Variable> parameters() {
      return List.of(used.gains.variable(), used.shifts.variable());
    }

    @Override
    public Tensor coefficients() {
      return mixture.coefficients();
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      Shape perChannel = used.layer.channelShape();
      MixtureGradients gradients = Gradients.rows(rows, perChannel, perChannel);
      try (OwnPoints own = new OwnPoints(device, gradients)) {
        device
            .operators()
            .normalization()
            .backward(used.layer, own.mixture(), input, moments, cotangent, null, gradients);
      }
    }
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gains, shifts);
  }
}
