package io.loxodrome.nn;

import io.loxodrome.autograd.ConvolutionFactor;
import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A convolution on a manifold with the activation and max pooling behind it: y_i =
 * maxpool(act(W(s_i) * x_i + b(s_i))), B x channels x height x width.
 */
public final class ManifoldConv2d implements Layer {
  private final String name;
  private final Convolution layer;
  private final Parameter weights;
  private final Parameter bias;

  /**
   * A layer over given parameters, which it may share with other layers.
   *
   * @param name for messages
   * @param weights P, n x outputs x inputs x kernel x kernel
   * @param bias b, n x outputs, on the same manifold
   * @throws IllegalArgumentException if a shape does not fit or the manifolds differ
   */
  public ManifoldConv2d(String name, Convolution layer, Parameter weights, Parameter bias) {
    ParameterShapes.require(weights, layer.weightShape(), bias, layer.biasShape());
    this.name = name;
    this.layer = layer;
    this.weights = weights;
    this.bias = bias;
  }

  /** A layer with new parameters, {@code name.weight} and {@code name.bias}. */
  public static ManifoldConv2d initialized(
      Device device,
      String name,
      WeightManifold manifold,
      Convolution layer,
      Initialization initialization) {
    int fanIn = layer.inputs() * layer.kernel() * layer.kernel();
    return new ManifoldConv2d(
        name,
        layer,
        initialization.weights(device, name + ".weight", manifold, layer.weightShape(), fanIn),
        initialization.bias(device, name + ".bias", manifold, layer.biasShape()));
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Mixture mixture = mixture(conditioning);
    List<Variable> inputs = List.of(input, weights.variable(), bias.variable());
    ConvolutionOperators operators = tape.operators().convolution();
    Tensor output = tape.allocate(layer.outputShape(conditioning.batch()));
    @Nullable Tensor trace =
        tape.tracks(inputs) ? tape.own(operators.allocateTrace(layer, conditioning.batch())) : null;
    operators.forward(layer, mixture, input.value(), output, trace);
    return tape.record(
        name,
        output,
        inputs,
        (outputGradient, targets) ->
            operators.backward(
                layer,
                mixture,
                input.value(),
                output,
                Objects.requireNonNull(trace),
                outputGradient,
                targets.wanted(0),
                Gradients.wanted(targets, 1, 2)),
        factor(tape, new Factor(this, operators, mixture, input.value(), output, trace)));
  }

  private ParameterFactor factor(Tape tape, Factor use) {
    return layer.pool() == 1 ? new UnpooledFactor(tape.device(), use) : use;
  }

  /** One use of a layer that pools nothing. */
  private record UnpooledFactor(Device device, Factor use) implements ConvolutionFactor {
    @Override
    public Convolution layer() {
      return use.used.layer;
    }

    @Override
    public List<Variable> parameters() {
      return use.parameters();
    }

    @Override
    public Tensor coefficients() {
      return use.coefficients();
    }

    @Override
    public Tensor input() {
      return use.input;
    }

    @Override
    public void preActivations(Tensor cotangent, Tensor e) {
      Gradients.throughActivation(device, layer().activation(), use.output, cotangent, e);
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      use.pullBack(cotangent, rows);
    }
  }

  /** One use of a layer. */
  private record Factor(
      ManifoldConv2d used,
      ConvolutionOperators operators,
      Mixture mixture,
      Tensor input,
      Tensor output,
      @Nullable Tensor trace)
      implements ParameterFactor {
    @Override
    public List<Variable> parameters() {
      return List.of(used.weights.variable(), used.bias.variable());
    }

    @Override
    public Tensor coefficients() {
      return mixture.coefficients();
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      operators.exampleGradients(
          used.layer,
          mixture,
          input,
          output,
          Objects.requireNonNull(trace),
          cotangent,
          Gradients.rows(rows, used.layer.weightShape(), used.layer.biasShape()));
    }
  }

  private Mixture mixture(Conditioning conditioning) {
    return new Mixture(
        conditioning.coefficients(weights.manifold()), weights.basis(), bias.basis());
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    Mixture mixture = mixture(conditioning);
    List<PlanCost> plans = device.operators().convolution().planCosts(layer, mixture);
    heard.accept(LayerCosts.of(name, layer.description(), mixture, plans));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights, bias);
  }
}
