package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.jspecify.annotations.Nullable;

/** One example at a time through a convolution layer, on one worker and in its caches. */
final class ConvolutionForward implements AutoCloseable {
  private final Inlet input;
  private final Primitive convolution;
  private final Workspace convolved;
  private final @Nullable PoolingKernels pooling;
  private final Workspace ownTrace;
  private final Outlet output;

  ConvolutionForward(Worker worker, ConvolutionPlan plan) {
    input = new Inlet(worker, plan.input, plan.convolution.layout(DNNL_ARG_SRC));
    convolution =
        Primitive.compile(
            worker, plan.convolution, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST);
    convolved = worker.workspace(plan.convolved.bytes());
    pooling = plan.pooling == null ? null : new PoolingKernels(worker, plan.pooling);
    ownTrace = worker.workspace(plan.traceBytes());
    output = new Outlet(worker, plan.pooled, plan.output);
  }

  /** A place for the trace of an example that will have no way back. */
  long ownTrace() {
    return ownTrace.address();
  }

  /**
   * y = maxpool(act(W * x + b)).
   *
   * @param weights in the plan's forward layout
   */
  void run(long x, long weights, long bias, long y, long trace) {
    long target = output.address(y);
    convolution
        .bind(DNNL_ARG_SRC, input.read(x))
        .bind(DNNL_ARG_WEIGHTS, weights)
        .bind(DNNL_ARG_BIAS, bias)
        .bind(DNNL_ARG_DST, pooling == null ? target : convolved.address())
        .run();
    if (pooling != null) {
      pooling.forward(convolved.address(), target, trace);
    }
    output.deliver(y);
  }

  @Override
  public void close() {
    input.close();
    convolution.close();
    convolved.close();
    if (pooling != null) {
      pooling.close();
    }
    ownTrace.close();
    output.close();
  }
}
