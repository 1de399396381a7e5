package io.loxodrome.ops.reference;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers step by step: mix the example's weights, convolve, activate, pool.
 *
 * <p>The trace is empty: backward computes again what lies between x and y.
 */
final class ReferenceConvolution implements ConvolutionOperators {
  private static final Shape NOTHING = Shape.of(0);

  private final ReferenceDevice device;

  ReferenceConvolution(ReferenceDevice device) {
    this.device = device;
  }

  @Override
  public Tensor allocateTrace(Convolution layer, int batch) {
    return device.allocate(ElementType.UINT8, NOTHING);
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    if (trace != null) {
      Shapes.require("trace", trace, NOTHING);
    }
    Images activated = activated(layer, parameters, Images.copyOf(input));
    Images y = Images.zeros(output.shape());
    for (int i = 0; i < parameters.batch(); i++) {
      for (int o = 0; o < layer.outputs(); o++) {
        for (int r = 0; r < layer.outputHeight(); r++) {
          for (int c = 0; c < layer.outputWidth(); c++) {
            y.set(i, o, r, c, Windows.maximum(activated, layer.pool(), i, o, r, c));
          }
        }
      }
    }
    y.storeIn(output);
  }

  /** act(W_i * x_i + b_i), B x outputs x convolved height x convolved width. */
  private static Images activated(Convolution layer, Mixture parameters, Images x) {
    Images result = Images.zeros(convolvedShape(layer, parameters.batch()));
    MixedKernels mixed = new MixedKernels(layer, parameters);
    for (int i = 0; i < parameters.batch(); i++) {
      Images w = mixed.weights(i);
      double[] b = mixed.bias(i);
      for (int o = 0; o < layer.outputs(); o++) {
        for (int r = 0; r < layer.convolvedHeight(); r++) {
          for (int c = 0; c < layer.convolvedWidth(); c++) {
            double z = b[o] + correlation(layer, w, o, x, i, r, c);
            result.set(i, o, r, c, Activations.apply(layer.activation(), z));
          }
        }
      }
    }
    return result;
  }

  /** sum_{j,u,v} w[o, j, u, v] x[i, j, r stride + u - padding, c stride + v - padding]. */
  private static double correlation(
      Convolution layer, Images w, int o, Images x, int i, int r, int c) {
    int top = r * layer.stride() - layer.padding();
    int left = c * layer.stride() - layer.padding();
    double sum = 0;
    for (int j = 0; j < layer.inputs(); j++) {
      for (int u = 0; u < layer.kernel(); u++) {
        for (int v = 0; v < layer.kernel(); v++) {
          sum += w.at(o, j, u, v) * x.at(i, j, top + u, left + v);
        }
      }
    }
    return sum;
  }

  @Override
  public void backward(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    Shapes.require("trace", trace, NOTHING);
    Images x = Images.copyOf(input);
    Images e = preActivationGradient(layer, parameters, x, Images.copyOf(outputGradient));
    if (inputGradient != null) {
      inputGradient(layer, parameters, e, inputGradient);
    }
    if (gradients != null) {
      parameterGradients(layer, parameters, x, e, gradients);
    }
  }

  /** dL/dz: each window's gradient goes to its maximum, and on if the activation lets it. */
  private static Images preActivationGradient(
      Convolution layer, Mixture parameters, Images x, Images dy) {
    Images y = activated(layer, parameters, x);
    Images e = Images.zeros(convolvedShape(layer, parameters.batch()));
    for (int i = 0; i < parameters.batch(); i++) {
      for (int o = 0; o < layer.outputs(); o++) {
        for (int r = 0; r < layer.outputHeight(); r++) {
          for (int c = 0; c < layer.outputWidth(); c++) {
            Windows.Place m = Windows.firstMaximum(y, layer.pool(), i, o, r, c);
            double through =
                Activations.backward(
                    layer.activation(), y.at(i, o, m.row(), m.column()), dy.at(i, o, r, c));
            e.set(i, o, m.row(), m.column(), through);
          }
        }
      }
    }
    return e;
  }

  /** dx[i, j, r stride + u - padding, ...] = sum over o, r, c, u, v of w_i[o, j, u, v] e[...]. */
  private static void inputGradient(
      Convolution layer, Mixture parameters, Images e, Tensor target) {
    Images dx = Images.zeros(target.shape());
    MixedKernels mixed = new MixedKernels(layer, parameters);
    for (int i = 0; i < parameters.batch(); i++) {
      Images w = mixed.weights(i);
      for (int o = 0; o < layer.outputs(); o++) {
        for (int r = 0; r < layer.convolvedHeight(); r++) {
          for (int c = 0; c < layer.convolvedWidth(); c++) {
            spread(layer, w, o, e.at(i, o, r, c), dx, i, r, c);
          }
        }
      }
    }
    dx.storeIn(target);
  }

  /** The transpose of {@link #correlation}. */
  private static void spread(
      Convolution layer, Images w, int o, double e, Images dx, int i, int r, int c) {
    int top = r * layer.stride() - layer.padding();
    int left = c * layer.stride() - layer.padding();
    for (int j = 0; j < layer.inputs(); j++) {
      for (int u = 0; u < layer.kernel(); u++) {
        for (int v = 0; v < layer.kernel(); v++) {
          dx.add(i, j, top + u, left + v, w.at(o, j, u, v) * e);
        }
      }
    }
  }

  @Override
  public void exampleGradients(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      MixtureGradients rows) {
    Shapes.require("trace", trace, NOTHING);
    Images x = Images.copyOf(input);
    Images e = preActivationGradient(layer, parameters, x, Images.copyOf(outputGradient));
    Table dw = Table.zerosLike(rows.weights());
    Table db = Table.zerosLike(rows.bias());
    for (int i = 0; i < dw.rows(); i++) {
      dw.setRow(i, exampleWeightGradient(layer, x, e, i));
      db.setRow(i, exampleBiasGradient(layer, e, i));
    }
    dw.storeIn(rows.weights());
    db.storeIn(rows.bias());
  }

  @Override
  public void unfold(Convolution layer, Tensor input, Tensor patches) {
    Images x = Images.copyOf(input);
    double[] values = new double[(int) patches.size()];
    int at = 0;
    for (int i = 0; i < patches.shape().dimension(0); i++) {
      for (int r = 0; r < layer.convolvedHeight(); r++) {
        for (int c = 0; c < layer.convolvedWidth(); c++) {
          at = unfold(layer, x, i, r, c, values, at);
        }
      }
    }
    patches.write(values);
  }

  /** Writes what position (r, c) of an image sees; returns where its numbers end. */
  private static int unfold(
      Convolution layer, Images x, int i, int r, int c, double[] values, int from) {
    int top = r * layer.stride() - layer.padding();
    int left = c * layer.stride() - layer.padding();
    int at = from;
    for (int j = 0; j < layer.inputs(); j++) {
      for (int u = 0; u < layer.kernel(); u++) {
        for (int v = 0; v < layer.kernel(); v++) {
          values[at++] = x.at(i, j, top + u, left + v);
        }
      }
    }
    return at;
  }

  /** dP_k = sum_i a_ik dW_i and db_k = sum_i a_ik db_i. */
  private static void parameterGradients(
      Convolution layer, Mixture parameters, Images x, Images e, MixtureGradients gradients) {
    Table a = Table.copyOf(parameters.coefficients());
    Table dp = Table.zerosLike(gradients.weights());
    Table db = Table.zerosLike(gradients.bias());
    for (int i = 0; i < parameters.batch(); i++) {
      double[] weights = exampleWeightGradient(layer, x, e, i);
      double[] bias = exampleBiasGradient(layer, e, i);
      for (int k = 0; k < parameters.basisSize(); k++) {
        for (int c = 0; c < weights.length; c++) {
          dp.add(k, c, a.at(i, k) * weights[c]);
        }
        for (int o = 0; o < bias.length; o++) {
          db.add(k, o, a.at(i, k) * bias[o]);
        }
      }
    }
    dp.storeIn(gradients.weights());
    db.storeIn(gradients.bias());
  }

  /** dW_i[o, j, u, v] = sum_{r,c} e[i, o, r, c] x[i, j, r stride + u - padding, ...]. */
  private static double[] exampleWeightGradient(Convolution layer, Images x, Images e, int i) {
    Images dw = Images.zeros(layer.weightShape());
    for (int o = 0; o < layer.outputs(); o++) {
      for (int j = 0; j < layer.inputs(); j++) {
        for (int u = 0; u < layer.kernel(); u++) {
          for (int v = 0; v < layer.kernel(); v++) {
            dw.set(o, j, u, v, exampleWeightGradient(layer, x, e, i, o, j, u, v));
          }
        }
      }
    }
    return dw.values();
  }

  private static double exampleWeightGradient(
      Convolution layer, Images x, Images e, int i, int o, int j, int u, int v) {
    double sum = 0;
    for (int r = 0; r < layer.convolvedHeight(); r++) {
      for (int c = 0; c < layer.convolvedWidth(); c++) {
        int row = r * layer.stride() + u - layer.padding();
        int column = c * layer.stride() + v - layer.padding();
        sum += e.at(i, o, r, c) * x.at(i, j, row, column);
      }
    }
    return sum;
  }

  /** db_i[o] = sum_{r,c} e[i, o, r, c]. */
  private static double[] exampleBiasGradient(Convolution layer, Images e, int i) {
    double[] db = new double[layer.outputs()];
    for (int o = 0; o < layer.outputs(); o++) {
      for (int r = 0; r < layer.convolvedHeight(); r++) {
        for (int c = 0; c < layer.convolvedWidth(); c++) {
          db[o] += e.at(i, o, r, c);
        }
      }
    }
    return db;
  }

  private static Shape convolvedShape(Convolution layer, int batch) {
    return Shape.of(batch, layer.outputs(), layer.convolvedHeight(), layer.convolvedWidth());
  }
}
