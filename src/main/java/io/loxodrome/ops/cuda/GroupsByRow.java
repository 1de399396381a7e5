package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.ops.MixtureRows.Group;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Examples with equal coefficients as a batch of their own, with weights W = sum_k a_k P_k that are
 * mixed once for all of them: a plain layer. Weights of a tile of groups are there at a time.
 */
final class GroupsByRow<L> implements Way<L> {
  private final CudaResources resources;
  private final PartOfBatch<L> parts;
  private final KnownCoefficients coefficients;
  private final WeightMixing mixing;

  GroupsByRow(CudaResources resources, PartOfBatch<L> parts, KnownCoefficients coefficients) {
    this.resources = resources;
    this.parts = parts;
    this.coefficients = coefficients;
    this.mixing = new WeightMixing(resources);
  }

  /** What is done with a tile of groups. */
  @FunctionalInterface
  private interface TileWork {
    /**
     * Does it.
     *
     * @param first whether no tile was before
     * @param coefficients address of the groups' own, groups x n
     */
    void on(boolean first, List<Group> groups, long coefficients, Mixed mixed);
  }

  /** W and b of each group of a tile. */
  private record Mixed(long weights, long bias, LayerSizes sizes) {
    Parameters of(int index, int examples, Ones ones) {
      return new Parameters(
          examples,
          1,
          ones.address(examples),
          Address.of(weights, index * sizes.weights()),
          Address.of(bias, (long) index * sizes.biases()));
    }
  }

  private void forEachTile(L layer, Parameters parameters, TileWork work) {
    LayerSizes sizes = parts.sizes(layer);
    List<Group> groups = coefficients.rows().byRow();
    int tile = sizes.weightsWithin(resources.mostTileBytes(), groups.size());
    for (int first = 0; first < groups.size(); first += tile) {
      List<Group> some = groups.subList(first, Math.min(first + tile, groups.size()));
      try (Scratch own = rowsOf(some, parameters);
          Scratch weights = resources.memory().floats(some.size() * sizes.weights());
          Scratch bias = resources.memory().floats((long) some.size() * sizes.biases())) {
        mix(some.size(), parameters, sizes.weights(), own, parameters.weights(), weights);
        mix(some.size(), parameters, sizes.biases(), own, parameters.bias(), bias);
        work.on(
            first == 0, some, own.address(), new Mixed(weights.address(), bias.address(), sizes));
      }
    }
  }

  private Scratch rowsOf(List<Group> groups, Parameters parameters) {
    List<Integer> firsts = groups.stream().map(group -> group.examples().get(0)).toList();
    return coefficients.select(firsts, IntStream.range(0, parameters.basisSize()).boxed().toList());
  }

  private void mix(
      int groups, Parameters parameters, long length, Scratch own, long basis, Scratch mixed) {
    WeightShape shape = new WeightShape(groups, parameters.basisSize(), length);
    mixing.mix(shape, own.address(), basis, mixed.address());
  }

  @Override
  public void forward(L layer, Parameters parameters, Activations activations) {
    forEachTile(
        layer,
        parameters,
        (first, groups, own, mixed) -> {
          for (int j = 0; j < groups.size(); j++) {
            List<Integer> examples = groups.get(j).examples();
            parts.forward(
                layer, examples, mixed.of(j, examples.size(), resources.ones()), activations);
          }
        });
  }

  @Override
  public void backward(
      L layer, Parameters parameters, Activations activations, Gradients gradients) {
    forEachTile(
        layer,
        parameters,
        (first, groups, own, mixed) -> {
          long length = mixed.sizes().weights();
          try (Scratch weightGradients = resources.memory().floats(groups.size() * length)) {
            for (int j = 0; j < groups.size(); j++) {
              List<Integer> examples = groups.get(j).examples();
              parts.backward(
                  layer,
                  examples,
                  mixed.of(j, examples.size(), resources.ones()),
                  activations,
                  gradients.withWeights(Address.of(weightGradients.address(), j * length)));
            }
            basisGradient(
                groups.size(),
                parameters.basisSize(),
                Math.toIntExact(length),
                !first,
                own,
                weightGradients.address(),
                gradients.weights());
          }
        });
  }

  /** dP_k (+)= sum_j a_jk dW_j. */
  private void basisGradient(
      int groups,
      int basisSize,
      int length,
      boolean accumulate,
      long coefficients,
      long weightGradients,
      long basisGradient) {
    MatrixProduct product =
        new MatrixProduct(
            1,
            basisSize,
            length,
            groups,
            Factor.transposed(basisSize, 0),
            Factor.plain(length, 0),
            Factor.plain(length, 0),
            accumulate);
    resources.multiply(product, coefficients, weightGradients, basisGradient);
  }
}
