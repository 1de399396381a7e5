package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureRows;

/**
 * One call of a linear layer: its shape and its parameters.
 *
 * @param rows of the coefficients
 */
record LinearCall(Linear layer, MixtureRows rows, Mixture parameters) {
  /** B. */
  int batch() {
    return rows.batch();
  }

  /** n. */
  int basisSize() {
    return rows.basisSize();
  }

  /** I. */
  int inputs() {
    return layer.inputs();
  }

  /** O. */
  int outputs() {
    return layer.outputs();
  }

  /** Elements of one basis point of the weights, O I. */
  int weights() {
    return Math.multiplyExact(outputs(), inputs());
  }

  /** Address of a, B x n. */
  long coefficients() {
    return NativeMemory.floats("coefficients", parameters.coefficients()).address();
  }

  /** Address of P, n x O x I. */
  long basis() {
    return NativeMemory.floats("weights", parameters.weights()).address();
  }

  /** Address of P_k. */
  long basisPoint(int k) {
    return basis() + k * basisPointBytes();
  }

  /** Address of b, n x O. */
  long bias() {
    return NativeMemory.floats("bias", parameters.bias()).address();
  }

  /** Bytes from one basis point of the weights to the next. */
  long basisPointBytes() {
    return (long) weights() * Float.BYTES;
  }
}
