package io.loxodrome.nn;

import io.loxodrome.autograd.GradientTargets;
import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.OwnPoints;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer with a ReLU over two inputs set side by side: max(0, [W V] [x; c] + b) = max(0, W
 * x + V c + b), computed as that sum, so that nothing is copied together.
 */
final class JoinedLinear implements AutoCloseable {
  private final String name;
  private final Linear main;
  private final Linear side;
  private final Parameter weights;
  private final Parameter bias;
  private final Parameter sideWeights;
  private final Tensor noBias;

  /**
   * A layer with new parameters {@code name.weight} (W), {@code name.bias} and {@code name.side}
   * (V), He-initialised for the inputs together.
   *
   * @param inputs I, the extent of x
   * @param sideInputs k, the extent of c
   */
  JoinedLinear(
      Device device,
      String name,
      WeightManifold manifold,
      int inputs,
      int sideInputs,
      int outputs,
      Initialization initialization) {
    this.name = name;
    this.main = new Linear(inputs, outputs, Activation.NONE);
    this.side = new Linear(sideInputs, outputs, Activation.NONE);
    int fanIn = inputs + sideInputs;
    this.weights =
        initialization.weights(device, name + ".weight", manifold, main.weightShape(), fanIn);
    this.bias = initialization.bias(device, name + ".bias", manifold, main.biasShape());
    this.sideWeights =
        initialization.weights(device, name + ".side", manifold, side.weightShape(), fanIn);
    this.noBias = device.zeros(bias.basis().shape());
  }

  /**
   * B x O from x and c.
   *
   * @param x B x I
   * @param c B x k
   */
  Variable forward(Tape tape, Variable x, Variable c, Conditioning conditioning) {
    Tensor a = conditioning.coefficients(weights.manifold());
    Mixture mainMixture = new Mixture(a, weights.basis(), bias.basis());
    Mixture sideMixture = new Mixture(a, sideWeights.basis(), noBias);
    List<Variable> inputs =
        List.of(x, c, weights.variable(), bias.variable(), sideWeights.variable());
    Shape shape = main.outputShape(conditioning.batch());
    Tensor output = tape.allocate(shape);
    try (Tensor added = tape.device().allocate(shape)) {
      LinearOperators operators = tape.operators().linear();
      operators.forward(main, mainMixture, x.value(), output);
      operators.forward(side, sideMixture, c.value(), added);
      tape.operators().elementwise().addScaled(output, 1, added);
    }
    tape.operators().elementwise().relu(output, output);
    return tape.record(
        name,
        output,
        inputs,
        (outputGradient, targets) ->
            backward(
                tape.device(), mainMixture, sideMixture, x, c, output, outputGradient, targets),
        new Factor(this, tape.device(), a, x.value(), c.value(), output));
  }

  private void backward(
      Device device,
      Mixture mainMixture,
      Mixture sideMixture,
      Variable x,
      Variable c,
      Tensor output,
      Tensor outputGradient,
      GradientTargets targets) {
    LinearOperators operators = device.operators().linear();
    @Nullable Tensor sideGradient = targets.wanted(4);
    try (Tensor gradient = device.allocate(output.shape());
        Tensor unused = device.allocate(noBias.shape())) {
      device.operators().elementwise().reluBackward(output, outputGradient, gradient);
      operators.backward(
          main,
          mainMixture,
          x.value(),
          output,
          gradient,
          targets.wanted(0),
          Gradients.wanted(targets, 2, 3));
      operators.backward(
          side,
          sideMixture,
          c.value(),
          output,
          gradient,
          targets.wanted(1),
          sideGradient == null ? null : new MixtureGradients(sideGradient, unused));
    }
  }

  /** One use of a layer. */
  private record Factor(
      JoinedLinear used, Device device, Tensor coefficients, Tensor x, Tensor c, Tensor output)
      implements ParameterFactor {
    @Override
    public List<Variable> parameters() {
      return used.parameters().stream().map(Parameter::variable).toList();
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      Shape biasShape = used.main.biasShape();
      MixtureGradients ofMain = Gradients.rows(rows, used.main.weightShape(), biasShape);
      try (Tensor e = device.allocate(output.shape());
          Tensor sameBias = device.allocate(rows.get(1).shape())) {
        MixtureGradients ofSide =
            Gradients.rows(List.of(rows.get(2), sameBias), used.side.weightShape(), biasShape);
        device.operators().elementwise().reluBackward(output, cotangent, e);
        pullBack(used.main, x, e, ofMain);
        pullBack(used.side, c, e, ofSide);
      }
    }

    private void pullBack(Linear part, Tensor input, Tensor e, MixtureGradients rows) {
      try (OwnPoints own = new OwnPoints(device, rows)) {
        device.operators().linear().backward(part, own.mixture(), input, output, e, null, rows);
      }
    }
  }

  /** W, b and V. */
  List<Parameter> parameters() {
    return List.of(weights, bias, sideWeights);
  }

  @Override
  public void close() {
    parameters().forEach(Parameter::close);
    noBias.close();
  }
}
