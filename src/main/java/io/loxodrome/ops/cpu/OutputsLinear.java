package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.ops.cpu.Product.Strides;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by {@link io.loxodrome.ops.MixPlan#OUTPUTS}: one product with all n stacked basis
 * points, then the mixture.
 *
 * <p>With stacked weights P of (n O) x I: Y = X P^T, y_i = act(sum_k a_ik (Y_ik + b_k)). Backward
 * with E_ik = a_ik e_i: dX = E P and dP = E^T X.
 */
final class OutputsLinear implements LinearWay {
  private final NativePool pool;
  private final Workers workers;

  OutputsLinear(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  @Override
  public void forward(
      Linear layer, MixtureRows rows, Mixture parameters, Tensor input, Tensor output) {
    int batch = parameters.batch();
    int stacked = parameters.basisSize() * layer.outputs();
    long bytes = (long) batch * stacked * Float.BYTES;
    try (Workspace perPoint = new Workspace(pool, bytes)) {
      multiplyByTransposed(layer, parameters, input, perPoint.address());
      NativeBlock a = NativeMemory.floats("coefficients", parameters.coefficients());
      NativeBlock bias = NativeMemory.floats("bias", parameters.bias());
      NativeBlock y = NativeMemory.floats("output", output);
      workers.slices(
          batch,
          1,
          (worker, from, to) ->
              new Rows(worker, layer, parameters.basisSize())
                  .mix(a, bias, perPoint.block(), y, from, to));
    }
  }

  /** Y = X P^T. */
  private void multiplyByTransposed(Linear layer, Mixture parameters, Tensor input, long perPoint) {
    int inputs = layer.inputs();
    int stacked = parameters.basisSize() * layer.outputs();
    new Product(
            parameters.batch(),
            inputs,
            stacked,
            Strides.rowMajor(inputs),
            Strides.transposed(inputs),
            stacked,
            Epilogue.NONE)
        .runByColumns(
            workers,
            NativeMemory.floats("input", input).address(),
            NativeMemory.floats("weights", parameters.weights()).address(),
            perPoint);
  }

  @Override
  public void backward(
      Linear layer,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients) {
    int batch = parameters.batch();
    int n = parameters.basisSize();
    long outputBytes = (long) batch * layer.outputs() * Float.BYTES;
    try (Workspace masked = new Workspace(pool, outputBytes);
        Workspace expanded = new Workspace(pool, n * outputBytes)) {
      NativeBlock a = NativeMemory.floats("coefficients", parameters.coefficients());
      NativeBlock y = NativeMemory.floats("output", output);
      NativeBlock dy = NativeMemory.floats("outputGradient", outputGradient);
      workers.slices(
          batch,
          1,
          (worker, from, to) ->
              new Rows(worker, layer, n)
                  .expand(a, y, dy, masked.block(), expanded.block(), from, to));
      biasGradient(layer, parameters, masked.address(), gradients.bias());
      weightGradient(layer, parameters, expanded.address(), input, gradients.weights());
      if (inputGradient != null) {
        inputGradient(layer, parameters, expanded.address(), inputGradient);
      }
    }
  }

  /** db = A^T E. */
  private void biasGradient(Linear layer, Mixture parameters, long masked, Tensor gradient) {
    int outputs = layer.outputs();
    int n = parameters.basisSize();
    new Product(
            n,
            parameters.batch(),
            outputs,
            Strides.transposed(n),
            Strides.rowMajor(outputs),
            outputs,
            Epilogue.NONE)
        .runByColumns(
            workers,
            NativeMemory.floats("coefficients", parameters.coefficients()).address(),
            masked,
            NativeMemory.floats("bias gradient", gradient).address());
  }

  /** dP = E^T X. */
  private void weightGradient(
      Linear layer, Mixture parameters, long expanded, Tensor input, Tensor gradient) {
    int inputs = layer.inputs();
    int stacked = parameters.basisSize() * layer.outputs();
    new Product(
            stacked,
            parameters.batch(),
            inputs,
            Strides.transposed(stacked),
            Strides.rowMajor(inputs),
            inputs,
            Epilogue.NONE)
        .runByRows(
            workers,
            expanded,
            NativeMemory.floats("input", input).address(),
            NativeMemory.floats("weight gradient", gradient).address());
  }

  /** dX = E P. */
  private void inputGradient(Linear layer, Mixture parameters, long expanded, Tensor gradient) {
    int inputs = layer.inputs();
    int stacked = parameters.basisSize() * layer.outputs();
    new Product(
            parameters.batch(),
            stacked,
            inputs,
            Strides.rowMajor(stacked),
            Strides.rowMajor(inputs),
            inputs,
            Epilogue.NONE)
        .runByColumns(
            workers,
            expanded,
            NativeMemory.floats("weights", parameters.weights()).address(),
            NativeMemory.floats("input gradient", gradient).address());
  }

  /** What happens to one example's row of pre-activations, in a worker's scratch space. */
  private static final class Rows {
    private final Linear layer;
    private final int n;
    private final int outputs;
    private final float[] coefficients;
    private final float[] stacked;
    private final float[] bias;
    private final float[] row;
    private final float[] gradient;

    Rows(Worker worker, Linear layer, int n) {
      this.layer = layer;
      this.n = n;
      this.outputs = layer.outputs();
      this.coefficients = worker.scratch(0, n);
      this.stacked = worker.scratch(1, n * outputs);
      this.bias = worker.scratch(2, n * outputs);
      this.row = worker.scratch(3, outputs);
      this.gradient = worker.scratch(4, outputs);
    }

    /** y_i = act(sum_k a_ik (Y_ik + b_k)). */
    void mix(NativeBlock a, NativeBlock b, NativeBlock perPoint, NativeBlock y, int from, int to) {
      b.get(0, bias, 0, n * outputs);
      for (int i = from; i < to; i++) {
        a.get((long) i * n, coefficients, 0, n);
        perPoint.get((long) i * n * outputs, stacked, 0, n * outputs);
        Arrays.fill(row, 0, outputs, 0);
        for (int k = 0; k < n; k++) {
          addMixed(coefficients[k], k * outputs);
        }
        if (layer.activation() == Activation.RELU) {
          rectify();
        }
        y.put((long) i * outputs, row, 0, outputs);
      }
    }

    private void addMixed(float coefficient, int start) {
      for (int o = 0; o < outputs; o++) {
        row[o] += coefficient * (stacked[start + o] + bias[start + o]);
      }
    }

    private void rectify() {
      for (int o = 0; o < outputs; o++) {
        row[o] = Math.max(row[o], 0);
      }
    }

    /** e_i = dy_i behind the activation, and E_ik = a_ik e_i. */
    void expand(
        NativeBlock a,
        NativeBlock y,
        NativeBlock dy,
        NativeBlock masked,
        NativeBlock expanded,
        int from,
        int to) {
      for (int i = from; i < to; i++) {
        a.get((long) i * n, coefficients, 0, n);
        dy.get((long) i * outputs, gradient, 0, outputs);
        if (layer.activation() == Activation.RELU) {
          y.get((long) i * outputs, row, 0, outputs);
          mask();
        }
        masked.put((long) i * outputs, gradient, 0, outputs);
        for (int k = 0; k < n; k++) {
          scale(coefficients[k], k * outputs);
        }
        expanded.put((long) i * n * outputs, stacked, 0, n * outputs);
      }
    }

    private void mask() {
      for (int o = 0; o < outputs; o++) {
        gradient[o] = row[o] > 0 ? gradient[o] : 0;
      }
    }

    private void scale(float coefficient, int start) {
      for (int o = 0; o < outputs; o++) {
        stacked[start + o] = coefficient * gradient[o];
      }
    }
  }
}
