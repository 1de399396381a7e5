package io.loxodrome.ops.reference;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Linear layers as they are written down: every basis point's output, then the mixture. */
final class ReferenceLinear implements LinearOperators {
  @Override
  public void forward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    Table a = Table.copyOf(parameters.coefficients());
    Table p = Table.copyOf(parameters.weights());
    Table b = Table.copyOf(parameters.bias());
    Table x = Table.copyOf(input);
    Table y = Table.zerosLike(output);
    for (int i = 0; i < y.rows(); i++) {
      for (int o = 0; o < layer.outputs(); o++) {
        double z = 0;
        for (int k = 0; k < p.rows(); k++) {
          double zk = b.at(k, o);
          for (int j = 0; j < layer.inputs(); j++) {
            zk += p.at(k, o * layer.inputs() + j) * x.at(i, j);
          }
          z += a.at(i, k) * zk;
        }
        y.set(i, o, Activations.apply(layer.activation(), z));
      }
    }
    y.storeIn(output);
  }

  @Override
  public void backward(
      Linear layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    Table a = Table.copyOf(parameters.coefficients());
    Table e = behindActivation(layer.activation(), output, outputGradient);
    if (inputGradient != null) {
      inputGradient(layer, a, Table.copyOf(parameters.weights()), e, inputGradient);
    }
    if (gradients != null) {
      weightGradient(layer, a, Table.copyOf(input), e, gradients.weights());
      biasGradient(a, e, gradients.bias());
    }
  }

  /** e_i = dL/dy_i, 0 where a ReLU let nothing through. */
  private static Table behindActivation(
      Activation activation, Tensor output, Tensor outputGradient) {
    Table y = Table.copyOf(output);
    Table e = Table.copyOf(outputGradient);
    for (int i = 0; i < e.rows(); i++) {
      for (int o = 0; o < e.columns(); o++) {
        e.set(i, o, Activations.backward(activation, y.at(i, o), e.at(i, o)));
      }
    }
    return e;
  }

  /** dx_i = sum_k a_ik P_k^T e_i. */
  private static void inputGradient(Linear layer, Table a, Table p, Table e, Tensor target) {
    Table dx = Table.zerosLike(target);
    for (int i = 0; i < dx.rows(); i++) {
      for (int k = 0; k < p.rows(); k++) {
        for (int o = 0; o < layer.outputs(); o++) {
          for (int j = 0; j < layer.inputs(); j++) {
            dx.add(i, j, a.at(i, k) * p.at(k, o * layer.inputs() + j) * e.at(i, o));
          }
        }
      }
    }
    dx.storeIn(target);
  }

  /** dP_k = sum_i a_ik e_i x_i^T. */
  private static void weightGradient(Linear layer, Table a, Table x, Table e, Tensor target) {
    Table dp = Table.zerosLike(target);
    for (int k = 0; k < dp.rows(); k++) {
      for (int i = 0; i < x.rows(); i++) {
        for (int o = 0; o < layer.outputs(); o++) {
          for (int j = 0; j < layer.inputs(); j++) {
            dp.add(k, o * layer.inputs() + j, a.at(i, k) * e.at(i, o) * x.at(i, j));
          }
        }
      }
    }
    dp.storeIn(target);
  }

  /** db_k = sum_i a_ik e_i. */
  private static void biasGradient(Table a, Table e, Tensor target) {
    Table db = Table.zerosLike(target);
    for (int k = 0; k < db.rows(); k++) {
      for (int i = 0; i < e.rows(); i++) {
        for (int o = 0; o < e.columns(); o++) {
          db.add(k, o, a.at(i, k) * e.at(i, o));
        }
      }
    }
    db.storeIn(target);
  }
}
