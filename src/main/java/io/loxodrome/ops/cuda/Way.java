package io.loxodrome.ops.cuda;

/**
 * How a family's layers are applied by one {@link io.loxodrome.ops.MixPlan}; B at least 1.
 *
 * @param <L> the layers
 */
interface Way<L> {
  /** As the family's forward. */
  void forward(L layer, Parameters parameters, Activations activations);

  /** As the family's backward, the bias's gradient left out. */
  void backward(L layer, Parameters parameters, Activations activations, Gradients gradients);
}
