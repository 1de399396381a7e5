package io.loxodrome.example;

import io.loxodrome.cuda.BasisMix;
import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Epilogue;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.ManifoldCoefficients;
import io.loxodrome.cuda.MixShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.Stream;
import io.loxodrome.manifold.WeightManifold;

/**
 * A linear layer on a manifold in a training stack that owns its memory, its stream and its matrix
 * products: z_i = relu(sum_k a_k(s_i) (P_k x_i + b_k)), and dL/ds where s is learnt.
 *
 * <p>All numbers are addresses of device memory, row-major in single precision. Everything is
 * queued on their stream, in order with their own work; nothing is allocated, copied or waited for.
 */
final class TheirLayer implements AutoCloseable {
  // example
  private final WeightManifold manifold;
  private final MixShape shape; // B examples, n basis points, O outputs
  private final MixShape scalars; // one number an example and basis point
  private final Kernels kernels;
  private final BasisMix mixing;
  private final ManifoldCoefficients coefficients;
  private final Stream theirs;

  /** The driver is JCudaDriver.attached(), the handle their CUstream. */
  TheirLayer(Driver driver, long handle, WeightManifold manifold, int batch, int outputs) {
    this.manifold = manifold;
    this.shape = new MixShape(batch, manifold.basisSize(), outputs, 1);
    this.scalars = new MixShape(batch, manifold.basisSize(), 1, 1);
    this.kernels = new Kernels(driver);
    this.mixing = new BasisMix(kernels);
    this.coefficients = new ManifoldCoefficients(kernels);
    this.theirs = new Stream(handle);
  }

  /** From y = x P^T, B x n x O, their own product over the stacked basis points, to z, B x O. */
  void forward(long s, long a, long y, long b, long z) {
    coefficients.coefficients(manifold, shape.batch(), s, a, theirs);
    mixing.reduce(shape, Storage.FLOAT32, Epilogue.RELU, a, y, Bias.ofBasisPoints(b), z, theirs);
  }

  /** From dz to e, B x n x O: their products take it on to dx = e P and dP = e^T x. */
  void backward(long a, long z, long dz, long e) {
    mixing.expand(shape, Storage.FLOAT32, a, dz, z, e, theirs);
  }

  /** Bytes that {@link #conditioningGradient} works in. */
  long workspaceBytes() {
    return mixing.coefficientGradientWorkspaceBytes(shape);
  }

  /**
   * ds_mi = sum_k da_ik (d a_k / d s_m)(s_i), d x B: where on the manifold each example should
   * move.
   *
   * @param da B x n, written: dL/da
   * @param slopes d x B x n, written: da/ds
   */
  void conditioningGradient(
      long s, long y, long b, long z, long dz, long da, long slopes, long ds, long workspace) {
    mixing.coefficientGradient(
        shape, Storage.FLOAT32, dz, z, y, Bias.ofBasisPoints(b), da, workspace, theirs);
    coefficients.derivatives(manifold, shape.batch(), s, slopes, theirs);
    for (int m = 0; m < manifold.dimensions(); m++) {
      long slope = slopes + m * shape.batch() * shape.basisSize() * Float.BYTES;
      long gradient = ds + m * shape.batch() * Float.BYTES;
      mixing.reduce(
          scalars, Storage.FLOAT32, Epilogue.NONE, da, slope, Bias.NONE, gradient, theirs);
    }
  }

  // example

  @Override
  public void close() {
    kernels.close();
  }
}
