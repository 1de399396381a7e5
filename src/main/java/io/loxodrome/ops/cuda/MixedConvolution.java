package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Bias;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.ops.Convolution;

/**
 * What is the same where a convolution mixes its basis points itself, y_i = W(s_i) * x_i: the bias,
 * mixed for each example, and the tail, which has one part left to take.
 */
abstract sealed class MixedConvolution implements Way<Convolution>
    permits InputsConvolution, WeightsConvolution {
  private final CudaResources resources;
  private final ConvolutionTail tail;

  MixedConvolution(CudaResources resources, ConvolutionTail tail) {
    this.resources = resources;
    this.tail = tail;
  }

  /**
   * y_i = W(s_i) * x_i.
   *
   * @param input address of x, B x I x H x W
   * @param convolved address of y, written, B x O x H x W
   */
  abstract void convolve(Convolution layer, Parameters parameters, long input, long convolved);

  /**
   * dP_k = sum_i a_ik dW_i, dW_i the gradient of W(s_i).
   *
   * @param convolvedGradient address of dy
   * @param weightGradient address of dP, written
   */
  abstract void weightGradient(
      Convolution layer,
      Parameters parameters,
      long input,
      long convolvedGradient,
      long weightGradient);

  /**
   * dx_i from dy_i and W(s_i).
   *
   * @param convolvedGradient address of dy
   * @param inputGradient address of dx, written
   */
  abstract void inputGradient(
      Convolution layer, Parameters parameters, long convolvedGradient, long inputGradient);

  /** The layer's convolution as it is with nothing stacked. */
  static ConvolutionShape unstacked(Convolution layer, Parameters parameters) {
    return ConvolutionShapes.of(layer, parameters.batch(), 1, 1);
  }

  @Override
  public final void forward(Convolution layer, Parameters parameters, Activations activations) {
    int batch = parameters.batch();
    try (Scratch bias = resources.memory().floats((long) batch * layer.outputs());
        Scratch convolved = resources.memory().floats(unstacked(layer, parameters).outputSize())) {
      convolve(layer, parameters, activations.input(), convolved.address());
      mixBias(layer, parameters, bias);
      PreActivations mixed =
          new PreActivations(1, resources.ones().address(batch), Bias.ofExamples(bias.address()));
      tail.forward(layer, batch, mixed, convolved.address(), activations);
    }
  }

  /** b_i = sum_k a_ik b_k, B x O. */
  private void mixBias(Convolution layer, Parameters parameters, Scratch mixed) {
    resources.multiply(
        MatrixProduct.single(
            parameters.batch(), layer.outputs(), parameters.basisSize(), false, false),
        parameters.coefficients(),
        parameters.bias(),
        mixed.address());
  }

  @Override
  public final void backward(
      Convolution layer, Parameters parameters, Activations activations, Gradients gradients) {
    int batch = parameters.batch();
    try (Scratch gradient = resources.memory().floats(unstacked(layer, parameters).outputSize())) {
      long dy = gradient.address();
      long ones = resources.ones().address(batch);
      tail.backward(layer, batch, 1, ones, activations, gradients.output(), dy);
      weightGradient(layer, parameters, activations.input(), dy, gradients.weights());
      if (gradients.input() != 0) {
        inputGradient(layer, parameters, dy, gradients.input());
      }
    }
  }
}
