package io.loxodrome.riemann;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.ProductFactor;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer's columns sum_l e_ail x_il^T and sum_l e_ail by their factors x and e, never formed:
 * their scalar products are sum_lm (x_il . x_jm + 1) (e_ail . e_bjm).
 *
 * <p>K^T v is the layer itself with the weights v and no activation, each output times e; K w is
 * its gradient for the output gradients sum_a w_ai e_ai.
 */
final class ProductColumns implements Columns {
  private static final double BIAS = 1;

  private final Device device;
  private final ProductLayer layer;
  private final int batch;
  private final double scale;
  private final Tensor input;
  private final Tensor[] columns;

  /** Columns of the only use of a layer; what it needs of the forward pass it keeps. */
  ProductColumns(Device device, ProductLayer layer, ProductFactor factor, int probes) {
    this.device = device;
    this.layer = layer;
    this.batch = factor.input().shape().dimension(0);
    this.scale = 1 / Math.sqrt(batch);
    this.input = device.allocate(factor.input().shape());
    device.operators().elementwise().copy(factor.input(), input);
    this.columns = new Tensor[probes];
  }

  @Override
  public void add(int probe, ParameterFactor factor, Tensor cotangent) {
    columns[probe] = device.allocate(layer.outputShape(batch));
    ((ProductFactor) factor).preActivations(cotangent, columns[probe]);
  }

  private MetricOperators metric() {
    return device.operators().metric();
  }

  @Override
  public void complete(int ofBatch) {
    for (int probe = 0; probe < columns.length; probe++) {
      if (columns[probe] == null) {
        columns[probe] = device.zeros(layer.outputShape(batch));
      }
    }
  }

  @Override
  public void addGram(Tensor gram) {
    List<Tensor> u = new ArrayList<>();
    try (Tensor x = layer.inputsByPosition(input)) {
      for (Tensor column : columns) {
        u.add(layer.outputsByPosition(column));
      }
      metric().addProducts(x, BIAS, u, scale * scale, gram);
    } finally {
      u.forEach(Tensor::close);
    }
  }

  @Override
  public void project(Tensor coefficients, List<Tensor> vectors, Tensor projections) {
    Mixture mixture = new Mixture(coefficients, vectors.get(0), vectors.get(1));
    try (Tensor outputs = device.allocate(layer.outputShape(batch))) {
      layer.forward(mixture, input, outputs);
      metric().projectEach(List.of(columns), scale, outputs, projections);
    }
  }

  @Override
  public void subtractCombination(
      Tensor weights, Tensor coefficients, List<Parameter> parameters, List<Tensor> from) {
    Mixture mixture =
        new Mixture(coefficients, parameters.get(0).basis(), parameters.get(1).basis());
    try (Tensor e = device.allocate(layer.outputShape(batch));
        Tensor ofWeights = device.allocate(from.get(0).shape());
        Tensor ofBias = device.allocate(from.get(1).shape())) {
      metric().combineEach(weights, List.of(columns), scale, e);
      layer.backward(mixture, input, e, new MixtureGradients(ofWeights, ofBias));
      device.operators().elementwise().addScaled(from.get(0), -1, ofWeights);
      device.operators().elementwise().addScaled(from.get(1), -1, ofBias);
    }
  }

  @Override
  public void close() {
    input.close();
    for (Tensor column : columns) {
      if (column != null) {
        column.close();
      }
    }
  }
}
