package io.loxodrome.ops.cuda;

import java.util.List;
import java.util.function.Function;

/** Applies layers to some of a batch's examples as if they were all. */
final class PartOfBatch<L> {
  private final CudaResources resources;
  private final Way<L> way;
  private final Function<L, LayerSizes> sizes;

  PartOfBatch(CudaResources resources, Way<L> way, Function<L, LayerSizes> sizes) {
    this.resources = resources;
    this.way = way;
    this.sizes = sizes;
  }

  /** The way by which it applies them. */
  Way<L> way() {
    return way;
  }

  LayerSizes sizes(L layer) {
    return sizes.apply(layer);
  }

  /**
   * Writes what comes out for these examples.
   *
   * @param examples their numbers, ascending
   * @param parameters as these examples see them, in their order
   * @param whole of the batch
   */
  void forward(L layer, List<Integer> examples, Parameters parameters, Activations whole) {
    LayerSizes sizes = sizes(layer);
    try (Rows input = rows(whole.input(), bytes(sizes.input()), examples);
        Rows output = rows(whole.output(), bytes(sizes.output()), examples);
        Rows trace = rows(whole.trace(), sizes.traceBytes(), examples)) {
      input.gather();
      way.forward(
          layer, parameters, new Activations(input.address(), output.address(), trace.address()));
      output.scatter();
      trace.scatter();
    }
  }

  /**
   * Writes dx of these examples, and what of dP comes from them.
   *
   * @param whole of the batch
   * @param wholeGradients of the batch, but for the weights' gradient
   */
  void backward(
      L layer,
      List<Integer> examples,
      Parameters parameters,
      Activations whole,
      Gradients wholeGradients) {
    LayerSizes sizes = sizes(layer);
    try (Rows input = rows(whole.input(), bytes(sizes.input()), examples);
        Rows output = rows(whole.output(), bytes(sizes.output()), examples);
        Rows trace = rows(whole.trace(), sizes.traceBytes(), examples);
        Rows outputGradient = rows(wholeGradients.output(), bytes(sizes.output()), examples);
        Rows inputGradient = rows(wholeGradients.input(), bytes(sizes.input()), examples)) {
      input.gather();
      output.gather();
      trace.gather();
      outputGradient.gather();
      way.backward(
          layer,
          parameters,
          new Activations(input.address(), output.address(), trace.address()),
          new Gradients(
              outputGradient.address(), inputGradient.address(), wholeGradients.weights()));
      inputGradient.scatter();
    }
  }

  private static long bytes(long numbers) {
    return numbers * Float.BYTES;
  }

  private Rows rows(long array, long rowBytes, List<Integer> examples) {
    return Rows.of(resources, array, rowBytes, examples);
  }
}
