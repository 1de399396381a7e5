package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/**
 * Where a layer's parameter gradients go.
 *
 * @param weights dL/dP, shaped as P
 * @param bias dL/db, shaped as b
 */
public record MixtureGradients(Tensor weights, Tensor bias) {}
