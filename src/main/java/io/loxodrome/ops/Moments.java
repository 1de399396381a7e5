package io.loxodrome.ops;

import io.loxodrome.tensor.Tensor;

/**
 * What a normalisation keeps of each example for its way back.
 *
 * @param means B
 * @param inverseDeviations 1 / sqrt(variance + epsilon), B
 */
public record Moments(Tensor means, Tensor inverseDeviations) {}
