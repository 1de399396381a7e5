package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.CudaException;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnStatus;

/** Turns cuDNN's statuses into exceptions. */
final class CudnnStatus {
  /** cuDNN 9's number for what is {@link cudnnStatus#CUDNN_STATUS_EXECUTION_FAILED} in 8. */
  private static final int EXECUTION_FAILED_9 = 5000;

  private final CudaContext context;

  CudnnStatus(CudaContext context) {
    this.context = context;
  }

  /**
   * Refuses all but success.
   *
   * @param operation what was tried
   */
  void check(int status, String operation) {
    if (status == cudnnStatus.CUDNN_STATUS_SUCCESS) {
      return;
    }
    boolean late =
        status == cudnnStatus.CUDNN_STATUS_EXECUTION_FAILED || status == EXECUTION_FAILED_9;
    // The library's own names: its numbers changed between versions 8 and 9.
    throw new CudaException(
        "%s on %s: %s%s"
            .formatted(
                operation,
                context.name(),
                JCudnn.cudnnGetErrorString(status),
                late ? CudaContext.lateCause() : ""));
  }
}
