package io.loxodrome.ops.reference;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/** Elementwise operators as they are written down. */
final class ReferenceElementwise implements ElementwiseOperators {
  @Override
  public void fill(Tensor x, double value) {
    double[] values = new double[(int) x.size()];
    Arrays.fill(values, value);
    x.write(values);
  }

  @Override
  public void copy(Tensor x, Tensor y) {
    y.write(x.toDoubles());
  }

  @Override
  public void repeat(Tensor x, Tensor y) {
    double[] once = x.toDoubles();
    double[] values = new double[(int) y.size()];
    for (int e = 0; e < values.length; e++) {
      values[e] = once[e % once.length];
    }
    y.write(values);
  }

  @Override
  public void addScaled(Tensor y, double factor, Tensor x) {
    double[] sum = y.toDoubles();
    double[] addend = x.toDoubles();
    for (int e = 0; e < sum.length; e++) {
      sum[e] += factor * addend[e];
    }
    y.write(sum);
  }

  @Override
  public void relu(Tensor x, Tensor y) {
    double[] values = x.toDoubles();
    for (int e = 0; e < values.length; e++) {
      values[e] = Activations.apply(Activation.RELU, values[e]);
    }
    y.write(values);
  }

  @Override
  public void reluBackward(Tensor y, Tensor outputGradient, Tensor inputGradient) {
    double[] values = y.toDoubles();
    double[] gradient = outputGradient.toDoubles();
    for (int e = 0; e < values.length; e++) {
      gradient[e] = Activations.backward(Activation.RELU, values[e], gradient[e]);
    }
    inputGradient.write(gradient);
  }
}
