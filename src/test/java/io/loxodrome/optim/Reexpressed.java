package io.loxodrome.optim;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * A linear layer on the same curve in another basis: a'(s) = T a(s), P' = T^-T P, in a metric of
 * the caller's choice.
 */
final class Reexpressed implements Layer {
  private final double[][] transform;
  private final Tensor places;
  private final Linear layer;
  private final Parameter weights;
  private final Parameter bias;

  /** Takes the original parameters' values over into the basis of {@code transform}. */
  Reexpressed(
      Device device,
      double[][] transform,
      Gram gram,
      Linear layer,
      List<Parameter> original,
      Tensor places) {
    this.transform = transform;
    this.places = places;
    this.layer = layer;
    this.weights = reexpress(device, original.get(0), transform, gram);
    this.bias = reexpress(device, original.get(1), transform, gram);
  }

  private static Parameter reexpress(
      Device device, Parameter parameter, double[][] transform, Gram gram) {
    double[] basis = Matrices.solve(Matrices.transpose(transform), parameter.basis().toDoubles());
    Tensor tensor = device.allocate(parameter.basis().shape()).write(basis);
    return new Parameter(parameter.name(), parameter.manifold(), gram, tensor);
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Mixture mixture = new Mixture(coefficients(tape), weights.basis(), bias.basis());
    Tensor output = tape.allocate(layer.outputShape(conditioning.batch()));
    tape.operators().linear().forward(layer, mixture, input.value(), output);
    return tape.record(
        "reexpressed",
        output,
        List.of(input, weights.variable(), bias.variable()),
        (outputGradient, targets) ->
            tape.operators()
                .linear()
                .backward(
                    layer,
                    mixture,
                    input.value(),
                    output,
                    outputGradient,
                    targets.wanted(0),
                    new MixtureGradients(targets.at(1), targets.at(2))));
  }

  private Tensor coefficients(Tape tape) {
    WeightManifold manifold = weights.manifold();
    int batch = places.shape().dimension(0);
    int n = manifold.basisSize();
    double[] s = places.toDoubles();
    double[] all = new double[batch * n];
    for (int i = 0; i < batch; i++) {
      double[] place = new double[manifold.dimensions()];
      System.arraycopy(s, i * place.length, place, 0, place.length);
      System.arraycopy(coefficients(place), 0, all, i * n, n);
    }
    return tape.allocate(Shape.of(batch, n)).write(all);
  }

  /** a'(s). */
  double[] coefficients(double[] place) {
    double[] a = new double[weights.manifold().basisSize()];
    weights.manifold().coefficients(place, a);
    return Matrices.apply(transform, a);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights, bias);
  }
}
