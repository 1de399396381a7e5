package io.loxodrome.riemann;

import io.loxodrome.autograd.ConvolutionFactor;
import io.loxodrome.autograd.LinearFactor;
import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.ProductFactor;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.riemann.ModuleSize.LayerSize;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** A layer that multiplies, without its activation: what its columns are products of. */
sealed interface ProductLayer permits LinearProducts, ConvolutionProducts {
  /** The layer of a module whose columns are products: one that is used once. */
  static Optional<ProductLayer> of(Device device, List<ParameterFactor> uses) {
    if (uses.size() == 1 && uses.get(0) instanceof ProductFactor factor) {
      if (factor instanceof LinearFactor linear) {
        return Optional.of(new LinearProducts(device, linear.layer()));
      }
      if (factor instanceof ConvolutionFactor convolution) {
        return Optional.of(new ConvolutionProducts(device, convolution.layer()));
      }
    }
    return Optional.empty();
  }

  LayerSize size();

  Shape outputShape(int batch);

  /** y = sum_k a_ik (P_k x_i + b_k). */
  void forward(Mixture mixture, Tensor input, Tensor outputs);

  /** The gradients of the mixture's basis points from dL/dy. */
  void backward(Mixture mixture, Tensor input, Tensor outputGradients, MixtureGradients gradients);

  /** The input's numbers that each position sees, B x L x C, for the caller to close. */
  Tensor inputsByPosition(Tensor input);

  /** What is shaped as the output by positions, B x L x O, for the caller to close. */
  Tensor outputsByPosition(Tensor outputs);
}
