package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.Stream;

/** Convolutions where no library has any: products of one filter and unfolded images. */
final class UnfoldedConvolutions implements Convolutions {
  private static final long SHARED = 0;

  private final WindowProducts products;

  UnfoldedConvolutions(WindowProducts products) {
    this.products = products;
  }

  @Override
  public void forward(ConvolutionShape shape, long input, long filter, long output, Stream stream) {
    products.forward(shape, input, filter, SHARED, output, stream);
  }

  @Override
  public void backwardInput(
      ConvolutionShape shape, long filter, long outputGradient, long inputGradient, Stream stream) {
    products.backwardInput(shape, filter, SHARED, outputGradient, inputGradient, stream);
  }

  @Override
  public void backwardFilter(
      ConvolutionShape shape, long input, long outputGradient, long filterGradient, Stream stream) {
    products.backwardFilter(shape, input, outputGradient, filterGradient, stream);
  }

  @Override
  public String description() {
    return "convolutions as matrix products";
  }

  @Override
  public void close() {}
}
