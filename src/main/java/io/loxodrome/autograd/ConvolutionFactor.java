package io.loxodrome.autograd;

import io.loxodrome.ops.Convolution;

/**
 * The factor of a convolution that pools nothing, whose weights, n x outputs x inputs x kernel x
 * kernel, are used at every position of an image: x_il is what the kernel sees there.
 */
public interface ConvolutionFactor extends ProductFactor {
  /** The layer; its pool is 1. */
  Convolution layer();
}
