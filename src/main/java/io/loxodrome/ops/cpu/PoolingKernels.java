package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

/** Pools one example at a time on one worker. */
final class PoolingKernels implements AutoCloseable {
  private final PoolingPlan plan;
  private final Primitive forward;
  private final Primitive backward;

  PoolingKernels(Worker worker, PoolingPlan plan) {
    this.plan = plan;
    if (plan.keepsTrace()) {
      forward =
          Primitive.compile(worker, plan.forward, DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE);
      backward =
          Primitive.compile(
              worker, plan.backward, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC, DNNL_ARG_WORKSPACE);
    } else {
      forward = Primitive.compile(worker, plan.forward, DNNL_ARG_SRC, DNNL_ARG_DST);
      backward = Primitive.compile(worker, plan.backward, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC);
    }
  }

  /** Pools x into y; {@code trace} is written if the plan keeps one. */
  void forward(long x, long y, long trace) {
    if (plan.keepsTrace()) {
      forward.bind(DNNL_ARG_WORKSPACE, trace);
    }
    forward.bind(DNNL_ARG_SRC, x).bind(DNNL_ARG_DST, y).run();
  }

  /** dx from dy and the trace that forward left. */
  void backward(long dy, long trace, long dx) {
    if (plan.keepsTrace()) {
      backward.bind(DNNL_ARG_WORKSPACE, trace);
    }
    backward.bind(DNNL_ARG_DIFF_DST, dy).bind(DNNL_ARG_DIFF_SRC, dx).run();
  }

  @Override
  public void close() {
    forward.close();
    backward.close();
  }
}
