package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.ops.Linear;

/**
 * Weights mixed for each example, W_i = sum_k a_ik P_k, and each example a product of its own; a
 * tile of examples goes at a time.
 *
 * <p>Backward, dx_i = W_i^T d_i; dW_i = d_i x_i^T is of rank one, so dP is {@link OutputsLinear}'s
 * product and no dW_i is ever written.
 */
final class WeightsLinear implements Way<Linear> {
  private final CudaResources resources;
  private final LinearTail tail;
  private final WeightMixing mixing;
  private final OutputsLinear stacking;

  WeightsLinear(CudaResources resources, LinearTail tail, OutputsLinear stacking) {
    this.resources = resources;
    this.tail = tail;
    this.mixing = new WeightMixing(resources);
    this.stacking = stacking;
  }

  @Override
  public void forward(Linear layer, Parameters parameters, Activations activations) {
    long output = activations.output();
    tail.start(layer, parameters, output);
    forEachTile(
        layer,
        parameters,
        (first, count, weights) ->
            resources.multiply(
                new MatrixProduct(
                    count,
                    layer.outputs(),
                    1,
                    layer.inputs(),
                    Factor.plain(layer.inputs(), layer.weightShape().size()),
                    Factor.plain(1, layer.inputs()),
                    Factor.plain(1, layer.outputs()),
                    true),
                weights,
                Address.of(activations.input(), (long) first * layer.inputs()),
                Address.of(output, (long) first * layer.outputs())));
    tail.activate(layer, parameters.batch(), output);
  }

  @Override
  public void backward(
      Linear layer, Parameters parameters, Activations activations, Gradients gradients) {
    if (gradients.input() != 0) {
      forEachTile(
          layer,
          parameters,
          (first, count, weights) ->
              resources.multiply(
                  new MatrixProduct(
                      count,
                      layer.inputs(),
                      1,
                      layer.outputs(),
                      Factor.transposed(layer.inputs(), layer.weightShape().size()),
                      Factor.plain(1, layer.outputs()),
                      Factor.plain(1, layer.inputs()),
                      false),
                  weights,
                  Address.of(gradients.output(), (long) first * layer.outputs()),
                  Address.of(gradients.input(), (long) first * layer.inputs())));
    }
    stacking.weightGradient(
        layer, parameters, activations.input(), gradients.output(), gradients.weights());
  }

  /** What is done with a tile of examples, their weights at an address. */
  @FunctionalInterface
  private interface TileWork {
    void on(int first, int count, long weights);
  }

  private void forEachTile(Linear layer, Parameters parameters, TileWork work) {
    long length = layer.weightShape().size();
    int batch = parameters.batch();
    int tile = LayerSizes.of(layer).weightsWithin(resources.mostTileBytes(), batch);
    try (Scratch weights = resources.memory().floats(tile * length)) {
      for (int first = 0; first < batch; first += tile) {
        int count = Math.min(tile, batch - first);
        mixing.mix(
            new WeightShape(count, parameters.basisSize(), length),
            Address.of(parameters.coefficients(), (long) first * parameters.basisSize()),
            parameters.weights(),
            weights.address());
        work.on(first, count, weights.address());
      }
    }
  }
}
