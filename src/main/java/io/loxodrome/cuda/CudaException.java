package io.loxodrome.cuda;

import io.loxodrome.tensor.DeviceException;

/** A call of CUDA's that failed, with what was asked of it. */
public class CudaException extends DeviceException {
  private static final long serialVersionUID = 1;

  /** Says what was asked and what came of it. */
  public CudaException(String message) {
    super(message);
  }
}
