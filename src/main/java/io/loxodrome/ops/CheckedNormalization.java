package io.loxodrome.ops;

import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Checks the operands of normalisation layers. */
final class CheckedNormalization implements NormalizationOperators {
  private final Operands operands;
  private final NormalizationOperators unchecked;

  CheckedNormalization(Operands operands, NormalizationOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public void forward(
      LayerNormalization layer, Mixture parameters, Tensor input, Tensor output, Moments moments) {
    requireCommon(layer, parameters, input, moments);
    operands.requireReal("output", output, input.shape());
    unchecked.forward(layer, parameters, input, output, moments);
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
    requireCommon(layer, parameters, input, moments);
    operands.requireReal("outputGradient", outputGradient, input.shape());
    if (inputGradient != null) {
      operands.requireReal("inputGradient", inputGradient, input.shape());
    }
    if (gradients != null) {
      operands.requireGradients(gradients, parameters);
    }
    unchecked.backward(layer, parameters, input, moments, outputGradient, inputGradient, gradients);
  }

  private void requireCommon(
      LayerNormalization layer, Mixture parameters, Tensor input, Moments moments) {
    operands.requireParameters(parameters, layer.channelShape(), layer.channelShape());
    operands.requireReal("input", input);
    requireInput(layer, parameters.batch(), input);
    Shape perExample = layer.momentShape(parameters.batch());
    operands.requireReal("means", moments.means(), perExample);
    operands.requireReal("inverseDeviations", moments.inverseDeviations(), perExample);
  }

  private static void requireInput(LayerNormalization layer, int batch, Tensor input) {
    Shape shape = input.shape();
    if (shape.rank() < 2
        || shape.dimension(0) != batch
        || shape.dimension(1) != layer.channels()
        || shape.rowSize() != layer.elements()) {
      throw new IllegalArgumentException(
          "input has shape %s, expected %s and then %d positions"
              .formatted(shape, Shape.of(batch, layer.channels()), layer.positions()));
    }
  }

  @Override
  public void modulate(Tensor input, Tensor gains, Tensor shifts, Tensor output) {
    Shape perChannel = requireModulated(input, gains);
    operands.requireReal("shifts", shifts, perChannel);
    operands.requireReal("output", output, input.shape());
    unchecked.modulate(input, gains, shifts, output);
  }

  @Override
  public void modulateBackward(
      Tensor input,
      Tensor gains,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor gainGradient,
      Tensor shiftGradient) {
    Shape perChannel = requireModulated(input, gains);
    operands.requireReal("outputGradient", outputGradient, input.shape());
    if (inputGradient != null) {
      operands.requireReal("inputGradient", inputGradient, input.shape());
    }
    operands.requireReal("gainGradient", gainGradient, perChannel);
    operands.requireReal("shiftGradient", shiftGradient, perChannel);
    unchecked.modulateBackward(
        input, gains, outputGradient, inputGradient, gainGradient, shiftGradient);
  }

  /** The shape of what belongs to each channel of each example. */
  private Shape requireModulated(Tensor input, Tensor gains) {
    operands.requireReal("input", input);
    if (input.shape().rank() < 2) {
      throw new IllegalArgumentException(
          "input has shape " + input.shape() + ", expected B x C x any");
    }
    Shape perChannel = Shape.of(input.shape().dimension(0), input.shape().dimension(1));
    operands.requireReal("gains", gains, perChannel);
    return perChannel;
  }
}
