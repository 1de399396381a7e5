package io.loxodrome.ops;

/** Every operator of a device, one interface per family. */
public interface Operators {
  MixingOperators mixing();

  LinearOperators linear();

  ConvolutionOperators convolution();

  PoolingOperators pooling();

  NormalizationOperators normalization();

  ElementwiseOperators elementwise();

  LossOperators loss();

  UpdateOperators update();

  MetricOperators metric();

  ImageOperators image();
}
