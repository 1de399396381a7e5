package io.loxodrome.ops.reference;

import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Moments;
import io.loxodrome.ops.NormalizationOperators;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation as it is written down, example by example; backward takes the moments anew from x,
 * because those that forward left may have been rounded.
 */
final class ReferenceNormalization implements NormalizationOperators {
  /** Mean and 1 / sqrt(variance + epsilon) of one example. */
  private record Standard(double mean, double inverseDeviation) {
    static Standard of(Table x, int example, double epsilon) {
      double mean = 0;
      for (int e = 0; e < x.columns(); e++) {
        mean += x.at(example, e) / x.columns();
      }
      double variance = 0;
      for (int e = 0; e < x.columns(); e++) {
        double deviation = x.at(example, e) - mean;
        variance += deviation * deviation / x.columns();
      }
      return new Standard(mean, 1 / Math.sqrt(variance + epsilon));
    }

    double apply(double x) {
      return (x - mean) * inverseDeviation;
    }
  }

  @Override
  public void forward(
      LayerNormalization layer, Mixture parameters, Tensor input, Tensor output, Moments moments) {
    Table a = Table.copyOf(parameters.coefficients());
    Table gains = mixed(a, Table.copyOf(parameters.weights()));
    Table shifts = mixed(a, Table.copyOf(parameters.bias()));
    Table x = Table.copyOf(input);
    Table y = Table.zerosLike(output);
    Table means = Table.zerosLike(moments.means());
    Table inverseDeviations = Table.zerosLike(moments.inverseDeviations());
    for (int i = 0; i < x.rows(); i++) {
      Standard standard = Standard.of(x, i, layer.epsilon());
      for (int e = 0; e < layer.elements(); e++) {
        int c = e / layer.positions();
        y.set(i, e, gains.at(i, c) * standard.apply(x.at(i, e)) + shifts.at(i, c));
      }
      means.set(i, 0, standard.mean());
      inverseDeviations.set(i, 0, standard.inverseDeviation());
    }
    y.storeIn(output);
    means.storeIn(moments.means());
    inverseDeviations.storeIn(moments.inverseDeviations());
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
    Table a = Table.copyOf(parameters.coefficients());
    Table x = Table.copyOf(input);
    Table dy = Table.copyOf(outputGradient);
    if (gradients != null) {
      parameterGradients(layer, a, x, dy, gradients);
    }
    if (inputGradient != null) {
      Table gains = mixed(a, Table.copyOf(parameters.weights()));
      inputGradient(layer, gains, x, dy, inputGradient);
    }
  }

  private static void parameterGradients(
      LayerNormalization layer, Table a, Table x, Table dy, MixtureGradients gradients) {
    Table dgains = Table.zerosLike(gradients.weights());
    Table dshifts = Table.zerosLike(gradients.bias());
    for (int i = 0; i < x.rows(); i++) {
      Standard standard = Standard.of(x, i, layer.epsilon());
      for (int e = 0; e < layer.elements(); e++) {
        int c = e / layer.positions();
        for (int k = 0; k < a.columns(); k++) {
          dgains.add(k, c, a.at(i, k) * dy.at(i, e) * standard.apply(x.at(i, e)));
          dshifts.add(k, c, a.at(i, k) * dy.at(i, e));
        }
      }
    }
    dgains.storeIn(gradients.weights());
    dshifts.storeIn(gradients.bias());
  }

  /** dx = (h - mean(h) - xhat mean(h xhat)) / sqrt(variance + epsilon) with h = gain dy. */
  private static void inputGradient(
      LayerNormalization layer, Table gains, Table x, Table dy, Tensor target) {
    Table dx = Table.zerosLike(target);
    for (int i = 0; i < x.rows(); i++) {
      Standard standard = Standard.of(x, i, layer.epsilon());
      double[] h = new double[layer.elements()];
      double mean = 0;
      double meanAlong = 0;
      for (int e = 0; e < h.length; e++) {
        h[e] = gains.at(i, e / layer.positions()) * dy.at(i, e);
        mean += h[e] / h.length;
        meanAlong += h[e] * standard.apply(x.at(i, e)) / h.length;
      }
      for (int e = 0; e < h.length; e++) {
        double along = standard.apply(x.at(i, e)) * meanAlong;
        dx.set(i, e, (h[e] - mean - along) * standard.inverseDeviation());
      }
    }
    dx.storeIn(target);
  }

  /** One row for each example: sum_k a_ik p_k. */
  private static Table mixed(Table a, Table p) {
    Table mixed = p.zerosWithRows(a.rows());
    for (int i = 0; i < a.rows(); i++) {
      for (int k = 0; k < a.columns(); k++) {
        for (int c = 0; c < p.columns(); c++) {
          mixed.add(i, c, a.at(i, k) * p.at(k, c));
        }
      }
    }
    return mixed;
  }

  @Override
  public void modulate(Tensor input, Tensor gains, Tensor shifts, Tensor output) {
    Table x = Table.copyOf(input);
    Table g = Table.copyOf(gains);
    Table b = Table.copyOf(shifts);
    Table y = Table.zerosLike(output);
    int positions = x.columns() / Math.max(1, g.columns());
    for (int i = 0; i < x.rows(); i++) {
      for (int e = 0; e < x.columns(); e++) {
        int c = e / positions;
        y.set(i, e, (1 + g.at(i, c)) * x.at(i, e) + b.at(i, c));
      }
    }
    y.storeIn(output);
  }

  @Override
  public void modulateBackward(
      Tensor input,
      Tensor gains,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      Tensor gainGradient,
      Tensor shiftGradient) {
    Table x = Table.copyOf(input);
    Table g = Table.copyOf(gains);
    Table dy = Table.copyOf(outputGradient);
    Table dx = x.zerosLike();
    Table dg = g.zerosLike();
    Table db = g.zerosLike();
    int positions = x.columns() / Math.max(1, g.columns());
    for (int i = 0; i < x.rows(); i++) {
      for (int e = 0; e < x.columns(); e++) {
        int c = e / positions;
        dx.set(i, e, (1 + g.at(i, c)) * dy.at(i, e));
        dg.add(i, c, dy.at(i, e) * x.at(i, e));
        db.add(i, c, dy.at(i, e));
      }
    }
    dg.storeIn(gainGradient);
    db.storeIn(shiftGradient);
    if (inputGradient != null) {
      dx.storeIn(inputGradient);
    }
  }
}
