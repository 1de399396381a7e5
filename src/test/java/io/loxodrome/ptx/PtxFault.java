package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;

/** A kernel that did what no kernel may do; the message says what, where and which thread. */
public final class PtxFault extends CudaException {
  private static final long serialVersionUID = 1;

  PtxFault(String message) {
    super(message);
  }
}
