package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Elementwise;
import io.loxodrome.ops.MixtureRows.Group;
import java.util.List;

/**
 * Examples that need the same basis points as a batch of their own, and those points as a basis of
 * their own.
 *
 * <p>A coefficient of 0 leaves its basis point out, which may be done where that is finite only:
 * where one is not, all are taken for all examples.
 */
final class GroupsBySpan<L> implements Way<L> {
  private final CudaResources resources;
  private final PartOfBatch<L> parts;
  private final Finiteness finiteness;
  private final KnownCoefficients coefficients;
  private final Elementwise elementwise;

  GroupsBySpan(
      CudaResources resources,
      PartOfBatch<L> parts,
      Finiteness finiteness,
      KnownCoefficients coefficients) {
    this.resources = resources;
    this.parts = parts;
    this.finiteness = finiteness;
    this.coefficients = coefficients;
    this.elementwise = new Elementwise(resources.kernels());
  }

  /** A group's own parameters. */
  private record Basis(List<Integer> points, Scratch coefficients, Rows weights, Rows bias)
      implements AutoCloseable {
    Parameters of(Group group) {
      return new Parameters(
          group.examples().size(),
          points.size(),
          coefficients.address(),
          weights.address(),
          bias.address());
    }

    @Override
    public void close() {
      bias.close();
      weights.close();
      coefficients.close();
    }
  }

  /** Of a group without basis points one is taken, all of its coefficients 0. */
  private static List<Integer> points(Group group) {
    return group.basisPoints().isEmpty() ? List.of(0) : group.basisPoints();
  }

  private Basis basis(Group group, Parameters parameters, LayerSizes sizes) {
    List<Integer> points = points(group);
    Rows weights = rows(parameters.weights(), sizes.weights(), points);
    try {
      Rows bias = rows(parameters.bias(), sizes.biases(), points);
      try {
        weights.gather();
        bias.gather();
        return new Basis(points, coefficients.select(group.examples(), points), weights, bias);
      } catch (RuntimeException e) {
        bias.close();
        throw e;
      }
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private Rows rows(long array, long rowLength, List<Integer> points) {
    return Rows.of(resources, array, rowLength * Float.BYTES, points);
  }

  @Override
  public void forward(L layer, Parameters parameters, Activations activations) {
    LayerSizes sizes = parts.sizes(layer);
    if (!finiteness.holds(parameters, sizes)) {
      parts.way().forward(layer, parameters, activations);
      return;
    }
    for (Group group : coefficients.rows().bySupport()) {
      try (Basis basis = basis(group, parameters, sizes)) {
        parts.forward(layer, group.examples(), basis.of(group), activations);
      }
    }
  }

  @Override
  public void backward(
      L layer, Parameters parameters, Activations activations, Gradients gradients) {
    LayerSizes sizes = parts.sizes(layer);
    if (!finiteness.holds(parameters, sizes)) {
      parts.way().backward(layer, parameters, activations, gradients);
      return;
    }
    elementwise.fill(
        gradients.weights(), parameters.basisSize() * sizes.weights(), 0, resources.stream());
    for (Group group : coefficients.rows().bySupport()) {
      try (Basis basis = basis(group, parameters, sizes);
          Scratch own = resources.memory().floats(basis.points().size() * sizes.weights())) {
        parts.backward(
            layer,
            group.examples(),
            basis.of(group),
            activations,
            gradients.withWeights(own.address()));
        add(basis.points(), sizes.weights(), own, gradients.weights());
      }
    }
  }

  private void add(List<Integer> points, long length, Scratch own, long weightGradient) {
    for (Rows.Run run : Rows.runs(points)) {
      elementwise.addScaled(
          Address.of(weightGradient, run.first() * length),
          1,
          Address.of(own.address(), run.place() * length),
          run.count() * length,
          resources.stream());
    }
  }
}
