package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProduct.Factor;
import io.loxodrome.cuda.Stream;
import io.loxodrome.cuda.Unfold;

/**
 * Convolutions as products of filters and unfolded images.
 *
 * <p>A filter's stride is the numbers from one example's filter to the next's: O window where
 * examples have their own, 0 where all share one. Unfolding takes kernel^2 times an image, so a
 * tile of examples goes at a time.
 */
final class WindowProducts {
  private final CudaResources resources;
  private final Unfold unfold;

  WindowProducts(CudaResources resources) {
    this.resources = resources;
    this.unfold = new Unfold(resources.kernels());
  }

  /** Numbers in a window: I kernel^2. */
  private static int window(ConvolutionShape shape) {
    return Math.multiplyExact(shape.inputs(), shape.kernel() * shape.kernel());
  }

  /** L, windows of an image. */
  private static int positions(ConvolutionShape shape) {
    return Math.multiplyExact(shape.outputHeight(), shape.outputWidth());
  }

  private static long image(ConvolutionShape shape) {
    return (long) shape.inputs() * shape.height() * shape.width();
  }

  private static long unfolded(ConvolutionShape shape) {
    return (long) window(shape) * positions(shape);
  }

  private static long convolved(ConvolutionShape shape) {
    return (long) shape.outputs() * positions(shape);
  }

  private static Unfold.Shape images(ConvolutionShape shape, int count) {
    return new Unfold.Shape(
        count,
        shape.inputs(),
        shape.height(),
        shape.width(),
        shape.kernel(),
        shape.stride(),
        shape.padding());
  }

  /** What is done with a tile of examples, their windows at an address. */
  @FunctionalInterface
  private interface TileWork {
    void on(int first, int count, long windows);
  }

  /** Examples that go at a time where each takes so many numbers. */
  private int tile(ConvolutionShape shape, long numbers) {
    long most = resources.mostTileBytes() / Float.BYTES / numbers;
    return (int) Math.max(1, Math.min(shape.batch(), most));
  }

  private void forEachTile(ConvolutionShape shape, TileWork work) {
    forEachTile(shape, tile(shape, unfolded(shape)), work);
  }

  private void forEachTile(ConvolutionShape shape, int tile, TileWork work) {
    try (Scratch windows = resources.memory().floats(tile * unfolded(shape))) {
      for (int first = 0; first < shape.batch(); first += tile) {
        work.on(first, Math.min(tile, shape.batch() - first), windows.address());
      }
    }
  }

  private void unfold(
      ConvolutionShape shape, long input, int first, int count, long windows, Stream stream) {
    unfold.im2col(images(shape, count), Address.of(input, first * image(shape)), windows, stream);
  }

  /** y_i = filter_i windows_i. */
  void forward(
      ConvolutionShape shape,
      long input,
      long filter,
      long filterStride,
      long output,
      Stream stream) {
    forEachTile(
        shape,
        (first, count, windows) -> {
          unfold(shape, input, first, count, windows, stream);
          MatrixProduct product =
              new MatrixProduct(
                  count,
                  shape.outputs(),
                  positions(shape),
                  window(shape),
                  Factor.plain(window(shape), filterStride),
                  Factor.plain(positions(shape), unfolded(shape)),
                  Factor.plain(positions(shape), convolved(shape)),
                  false);
          resources
              .products()
              .multiply(
                  product,
                  Address.of(filter, first * filterStride),
                  windows,
                  Address.of(output, first * convolved(shape)),
                  stream);
        });
  }

  /**
   * rows_i = windows_i^T, by products with the identity: 32 multiply-adds for each number, beside
   * which any use of the rows is more. What is not finite spreads to 31 positions beside it.
   */
  void rows(ConvolutionShape shape, long input, Identity identity, long rows, Stream stream) {
    forEachTile(
        shape,
        (first, count, windows) -> {
          unfold(shape, input, first, count, windows, stream);
          for (int from = 0; from < positions(shape); from += Identity.SIZE) {
            int some = Math.min(Identity.SIZE, positions(shape) - from);
            MatrixProduct product =
                new MatrixProduct(
                    count,
                    some,
                    window(shape),
                    some,
                    Factor.plain(Identity.SIZE, 0),
                    Factor.transposed(positions(shape), unfolded(shape)),
                    Factor.plain(window(shape), unfolded(shape)),
                    false);
            long target = first * unfolded(shape) + (long) from * window(shape);
            resources
                .products()
                .multiply(
                    product,
                    identity.address(),
                    Address.of(windows, from),
                    Address.of(rows, target),
                    stream);
          }
        });
  }

  /** dwindows_i = filter_i^T dy_i, folded back into dx_i. */
  void backwardInput(
      ConvolutionShape shape,
      long filter,
      long filterStride,
      long outputGradient,
      long inputGradient,
      Stream stream) {
    forEachTile(
        shape,
        (first, count, windows) -> {
          MatrixProduct product =
              new MatrixProduct(
                  count,
                  window(shape),
                  positions(shape),
                  shape.outputs(),
                  Factor.transposed(window(shape), filterStride),
                  Factor.plain(positions(shape), convolved(shape)),
                  Factor.plain(positions(shape), unfolded(shape)),
                  false);
          resources
              .products()
              .multiply(
                  product,
                  Address.of(filter, first * filterStride),
                  Address.of(outputGradient, first * convolved(shape)),
                  windows,
                  stream);
          unfold.col2im(
              images(shape, count),
              windows,
              Address.of(inputGradient, first * image(shape)),
              stream);
        });
  }

  /** Numbers of a filter. */
  private static long filter(ConvolutionShape shape) {
    return (long) shape.outputs() * window(shape);
  }

  /** dfilter_i = dy_i windows_i^T, one for each example. */
  void backwardFilters(
      ConvolutionShape shape,
      long input,
      long outputGradient,
      long filterGradients,
      Stream stream) {
    forEachTile(
        shape,
        (first, count, windows) -> {
          unfold(shape, input, first, count, windows, stream);
          backwardTile(
              shape,
              count,
              Address.of(outputGradient, first * convolved(shape)),
              windows,
              Address.of(filterGradients, first * filter(shape)),
              stream);
        });
  }

  private void backwardTile(
      ConvolutionShape shape,
      int count,
      long outputGradient,
      long windows,
      long filterGradients,
      Stream stream) {
    MatrixProduct product =
        MatrixProduct.batched(count, shape.outputs(), window(shape), positions(shape), false, true);
    resources.products().multiply(product, outputGradient, windows, filterGradients, stream);
  }

  /** dfilter = sum_i dy_i windows_i^T, added up in the order of the tiles. */
  void backwardFilter(
      ConvolutionShape shape, long input, long outputGradient, long filterGradient, Stream stream) {
    int tile = tile(shape, Math.max(unfolded(shape), filter(shape)));
    try (Scratch perExample = resources.memory().floats(tile * filter(shape))) {
      forEachTile(
          shape,
          tile,
          (first, count, windows) -> {
            unfold(shape, input, first, count, windows, stream);
            backwardTile(
                shape,
                count,
                Address.of(outputGradient, first * convolved(shape)),
                windows,
                perExample.address(),
                stream);
            sum(count, filter(shape), first > 0, perExample.address(), filterGradient, stream);
          });
    }
  }

  private void sum(
      int count, long length, boolean accumulate, long rows, long result, Stream stream) {
    int columns = Math.toIntExact(length);
    MatrixProduct product =
        new MatrixProduct(
            1,
            1,
            columns,
            count,
            Factor.plain(count, 0),
            Factor.plain(columns, 0),
            Factor.plain(columns, 0),
            accumulate);
    resources.products().multiply(product, resources.ones().address(count), rows, result, stream);
  }
}
