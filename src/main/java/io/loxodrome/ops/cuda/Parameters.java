package io.loxodrome.ops.cuda;

import io.loxodrome.ops.Mixture;

/**
 * A layer's parameters by address, and how many examples and basis points they are for.
 *
 * @param batch B
 * @param basisSize n
 * @param coefficients a, B x n
 * @param weights P, n x p
 * @param bias b, n x O
 */
record Parameters(int batch, int basisSize, long coefficients, long weights, long bias) {
  static Parameters of(Mixture mixture) {
    return new Parameters(
        mixture.batch(),
        mixture.basisSize(),
        CudaMemory.source(mixture.coefficients()),
        CudaMemory.source(mixture.weights()),
        CudaMemory.source(mixture.bias()));
  }
}
