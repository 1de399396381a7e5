package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;
import io.loxodrome.ops.cpu.Product.Strides;

/**
 * The three matrix products of a linear layer with one weight matrix W of outputs x inputs, on all
 * workers.
 *
 * <p>Operands are addresses of row-major, contiguous matrices.
 */
record LinearProducts(Workers workers, int batch, int inputs, int outputs) {
  /** Y (+)= X W^T. */
  void outputs(long x, long weights, long y, Epilogue epilogue) {
    new Product(
            batch,
            inputs,
            outputs,
            Strides.rowMajor(inputs),
            Strides.transposed(inputs),
            outputs,
            epilogue)
        .runByColumns(workers, x, weights, y);
  }

  /** dX (+)= E W. */
  void inputGradient(long e, long weights, long dx, Epilogue epilogue) {
    new Product(
            batch,
            outputs,
            inputs,
            Strides.rowMajor(outputs),
            Strides.rowMajor(inputs),
            inputs,
            epilogue)
        .runByColumns(workers, e, weights, dx);
  }

  /** dW = E^T X. */
  void weightGradient(long e, long x, long gradient) {
    new Product(
            outputs,
            batch,
            inputs,
            Strides.transposed(outputs),
            Strides.rowMajor(inputs),
            inputs,
            Epilogue.NONE)
        .runByRows(workers, e, x, gradient);
  }
}
