package io.loxodrome.ops;

/** A device's operators, put together family by family. */
public record OperatorSet(
    MixingOperators mixing,
    LinearOperators linear,
    ConvolutionOperators convolution,
    PoolingOperators pooling,
    NormalizationOperators normalization,
    ElementwiseOperators elementwise,
    LossOperators loss,
    UpdateOperators update,
    MetricOperators metric,
    ImageOperators image)
    implements Operators {}
