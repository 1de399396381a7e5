package io.loxodrome.ops.reference;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Mixture;

/** The kernels and biases that each example of a batch sees. */
final class MixedKernels {
  private final Convolution layer;
  private final Table a;
  private final Table p;
  private final Table b;

  MixedKernels(Convolution layer, Mixture parameters) {
    this.layer = layer;
    this.a = Table.copyOf(parameters.coefficients());
    this.p = Table.copyOf(parameters.weights());
    this.b = Table.copyOf(parameters.bias());
  }

  /** W_i = sum_k a_ik P_k, outputs x inputs x kernel x kernel. */
  Images weights(int i) {
    Images mixed = Images.zeros(layer.weightShape());
    mixRow(i, p, mixed.values());
    return mixed;
  }

  /** b_i = sum_k a_ik b_k, one per output channel. */
  double[] bias(int i) {
    double[] mixed = new double[layer.outputs()];
    mixRow(i, b, mixed);
    return mixed;
  }

  private void mixRow(int i, Table basis, double[] mixed) {
    for (int c = 0; c < mixed.length; c++) {
      for (int k = 0; k < basis.rows(); k++) {
        mixed[c] += a.at(i, k) * basis.at(k, c);
      }
    }
  }
}
