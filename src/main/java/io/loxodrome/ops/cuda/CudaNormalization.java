package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.FeatureModulation;
import io.loxodrome.cuda.LayerNorm;
import io.loxodrome.cuda.NormShape;
import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Moments;
import io.loxodrome.ops.NormalizationOperators;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Normalisation by one kernel a way, or two where examples are long; modulation by one. */
final class CudaNormalization implements NormalizationOperators {
  private final CudaResources resources;
  private final LayerNorm kernels;
  private final FeatureModulation modulation;
  private final WeightMixing mixing;

  CudaNormalization(CudaResources resources) {
    this.resources = resources;
    this.kernels = new LayerNorm(resources.kernels());
    this.modulation = new FeatureModulation(resources.kernels());
    this.mixing = new WeightMixing(resources);
  }

  @Override
  public void forward(
      LayerNormalization layer, Mixture parameters, Tensor input, Tensor output, Moments moments) {
    NormShape shape = shape(layer, parameters);
    try (Scratch workspace = resources.memory().scratch(kernels.workspaceBytes(shape))) {
      kernels.forward(
          shape,
          Storage.FLOAT32,
          layer.epsilon(),
          CudaMemory.source(input),
          CudaMemory.source(parameters.coefficients()),
          CudaMemory.source(parameters.weights()),
          CudaMemory.source(parameters.bias()),
          CudaMemory.target(output),
          CudaMemory.target(moments.means()),
          CudaMemory.target(moments.inverseDeviations()),
          workspace.address(),
          resources.stream());
    }
  }

  @Override
  public void backward(
      LayerNormalization layer,
      Mixture parameters,
      Tensor input,
      Moments moments,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    NormShape shape = shape(layer, parameters);
    long perChannel = shape.batch() * shape.channels();
    try (Scratch workspace = resources.memory().scratch(kernels.workspaceBytes(shape));
        Scratch exampleGains = resources.memory().floats(perChannel);
        Scratch exampleShifts = resources.memory().floats(perChannel);
        Scratch unwanted = resources.memory().floats(inputGradient == null ? input.size() : 0)) {
      kernels.backward(
          shape,
          Storage.FLOAT32,
          CudaMemory.source(input),
          CudaMemory.source(outputGradient),
          CudaMemory.source(parameters.coefficients()),
          CudaMemory.source(parameters.weights()),
          CudaMemory.source(moments.means()),
          CudaMemory.source(moments.inverseDeviations()),
          inputGradient == null ? unwanted.address() : CudaMemory.target(inputGradient),
          exampleGains.address(),
          exampleShifts.address(),
          workspace.address(),
          resources.stream());
      if (gradients != null) {
        spread(parameters, exampleGains, gradients.weights());
        spread(parameters, exampleShifts, gradients.bias());
      }
    }
  }

  /** d_k = sum_i a_ik d_i, per channel. */
  private void spread(Mixture parameters, Scratch examples, Tensor basisGradient) {
    mixing.mixBackward(
        new WeightShape(
            parameters.batch(), parameters.basisSize(), basisGradient.shape().rowSize()),
        CudaMemory.source(parameters.coefficients()),
        examples.address(),
        CudaMemory.target(basisGradient));
  }

  private static NormShape shape(LayerNormalization layer, Mixture parameters) {
    return new NormShape(
        parameters.batch(), parameters.basisSize(), layer.channels(), layer.positions());
  }

  @Override
  public void modulate(Tensor input, Tensor gains, Tensor shifts, Tensor output) {
    modulation.forward(
        rows(input),
        CudaMemory.source(input),
        CudaMemory.source(gains),
        CudaMemory.source(shifts),
        CudaMemory.target(output),
        resources.stream());
  }

  @Override
  public void modulateBackward(
      Tensor input,
      Tensor gains,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor gainGradient,
      Tensor shiftGradient) {
    modulation.backward(
        rows(input),
        CudaMemory.source(input),
        CudaMemory.source(gains),
        CudaMemory.source(outputGradient),
        inputGradient == null ? 0 : CudaMemory.target(inputGradient),
        CudaMemory.target(gainGradient),
        CudaMemory.target(shiftGradient),
        resources.stream());
  }

  private static FeatureModulation.Rows rows(Tensor input) {
    long rows = (long) input.shape().dimension(0) * input.shape().dimension(1);
    return new FeatureModulation.Rows(rows, rows == 0 ? 0 : Math.toIntExact(input.size() / rows));
  }
}
