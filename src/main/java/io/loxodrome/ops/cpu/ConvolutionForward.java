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

  private record Key(ConvolutionPlan plan, Blocking blocking) {}

  /** The worker's kernels for a plan, compiled on first use. */
  static ConvolutionForward of(Worker worker, ConvolutionPlan plan, Blocking blocking) {
    return worker.kernels(
        new Key(plan, blocking),
        ConvolutionForward.class,
        key -> new ConvolutionForward(worker, key));
  }

  private ConvolutionForward(Worker worker, Key key) {
    ConvolutionPlan plan = key.plan();
    Blocking blocking = key.blocking();
    Layout read = blocking.input() ? plan.blockedInput() : plan.input;
    input = new Inlet(worker, read, plan.blockedInput());
    convolution =
        Primitive.compile(
            worker, plan.convolution, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST);
    convolved = worker.workspace(plan.convolved.bytes());
    pooling = plan.pooling == null ? null : new PoolingKernels(worker, plan.pooling);
    ownTrace = worker.workspace(plan.traceBytes());
    output = new Outlet(worker, plan.pooled, blocking.output() ? plan.pooled : plan.output);
  }

  /**
   * y = maxpool(act(W * x + b)).
   *
   * @param weights in the plan's forward layout
   * @param trace 0 if there will be no way back
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
      long kept = trace == 0 ? ownTrace.address() : trace;
      pooling.forward(convolved.address(), target, kept);
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
