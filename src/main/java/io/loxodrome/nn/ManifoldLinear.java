package io.loxodrome.nn;

import io.loxodrome.autograd.LinearFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.OwnPoints;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;

/** A linear layer on a manifold: y_i = act(W(s_i) x_i + b(s_i)), B x I to B x O. */
public final class ManifoldLinear implements Layer {
  private final String name;
  private final Linear layer;
  private final Parameter weights;
  private final Parameter bias;

  /**
   * A layer over given parameters, which it may share with other layers.
   *
   * @param name for messages
   * @param weights P, n x O x I
   * @param bias b, n x O, on the same manifold
   * @throws IllegalArgumentException if a shape does not fit or the manifolds differ
   */
  public ManifoldLinear(String name, Linear layer, Parameter weights, Parameter bias) {
    ParameterShapes.require(weights, layer.weightShape(), bias, layer.biasShape());
    this.name = name;
    this.layer = layer;
    this.weights = weights;
    this.bias = bias;
  }

  /** A layer with new parameters, {@code name.weight} and {@code name.bias}. */
  public static ManifoldLinear initialized(
      Device device,
      String name,
      WeightManifold manifold,
      Linear layer,
      Initialization initialization) {
    return new ManifoldLinear(
        name,
        layer,
        initialization.weights(
            device, name + ".weight", manifold, layer.weightShape(), layer.inputs()),
        initialization.bias(device, name + ".bias", manifold, layer.biasShape()));
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Mixture mixture = mixture(conditioning);
    LinearOperators operators = tape.operators().linear();
    Tensor output = tape.allocate(layer.outputShape(conditioning.batch()));
    operators.forward(layer, mixture, input.value(), output);
    return tape.record(
        name,
        output,
        List.of(input, weights.variable(), bias.variable()),
        (outputGradient, targets) ->
            operators.backward(
                layer,
                mixture,
                input.value(),
                output,
                outputGradient,
                targets.wanted(0),
                Gradients.wanted(targets, 1, 2)),
        new Factor(this, tape.device(), mixture, input.value(), output));
  }

  /** One use of a layer. */
  private record Factor(
      ManifoldLinear used, Device device, Mixture mixture, Tensor input, Tensor output)
      implements LinearFactor {
    @Override
    public Linear layer() {
      return used.layer;
    }

    @Override
    public List<Variable> parameters() {
      return List.of(used.weights.variable(), used.bias.variable());
    }

    @Override
    public Tensor coefficients() {
      return mixture.coefficients();
    }

    @Override
    public void preActivations(Tensor cotangent, Tensor e) {
      Gradients.throughActivation(device, used.layer.activation(), output, cotangent, e);
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      MixtureGradients gradients =
          Gradients.rows(rows, used.layer.weightShape(), used.layer.biasShape());
      try (OwnPoints own = new OwnPoints(device, gradients)) {
        device
            .operators()
            .linear()
            .backward(used.layer, own.mixture(), input, output, cotangent, null, gradients);
      }
    }
  }

  private Mixture mixture(Conditioning conditioning) {
    return new Mixture(
        conditioning.coefficients(weights.manifold()), weights.basis(), bias.basis());
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    Mixture mixture = mixture(conditioning);
    List<PlanCost> plans = device.operators().linear().planCosts(layer, mixture);
    heard.accept(LayerCosts.of(name, layer.description(), mixture, plans));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights, bias);
  }
}
