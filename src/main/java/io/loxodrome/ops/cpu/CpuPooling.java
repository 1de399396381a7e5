package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.PoolingOperators;
import io.loxodrome.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Pooling of row-major images, one example at a time. */
final class CpuPooling implements PoolingOperators {
  private final Workers workers;
  private final Map<Pooling, PoolingPlan> plans = new ConcurrentHashMap<>();

  CpuPooling(Workers workers) {
    this.workers = workers;
  }

  private PoolingPlan plan(Pooling layer) {
    return plans.computeIfAbsent(layer, key -> workers.onFirst(() -> describe(key)));
  }

  private static PoolingPlan describe(Pooling layer) {
    return new PoolingPlan(
        layer, 1, Layout.plain(1, layer.channels(), layer.height(), layer.width()));
  }

  @Override
  public void forward(Pooling layer, Tensor input, Tensor output) {
    if (!Finiteness.holds(workers, "input", input)) {
      ReferencePath.pooling(layer, input, output);
      return;
    }
    PoolingPlan plan = plan(layer);
    long x = NativeMemory.floats("input", input).address();
    long y = NativeMemory.floats("output", output).address();
    workers.slices(
        input.shape().dimension(0),
        1,
        (worker, from, to) -> {
          PlainPooling kernels = kernels(worker, plan);
          for (int i = from; i < to; i++) {
            kernels.forward(x + i * plan.input.bytes(), y + i * plan.plainOutput.bytes());
          }
        });
  }

  @Override
  public void backward(Pooling layer, Tensor input, Tensor outputGradient, Tensor inputGradient) {
    PoolingPlan plan = plan(layer);
    long x = NativeMemory.floats("input", input).address();
    long dy = NativeMemory.floats("outputGradient", outputGradient).address();
    long dx = NativeMemory.floats("inputGradient", inputGradient).address();
    workers.slices(
        input.shape().dimension(0),
        1,
        (worker, from, to) -> {
          PlainPooling kernels = kernels(worker, plan);
          for (int i = from; i < to; i++) {
            long offset = i * plan.input.bytes();
            kernels.backward(x + offset, dy + i * plan.plainOutput.bytes(), dx + offset);
          }
        });
  }

  private static PlainPooling kernels(Worker worker, PoolingPlan plan) {
    return worker.kernels(plan, PlainPooling.class, key -> new PlainPooling(worker, key));
  }

  /** Pooling between row-major arrays that keeps no trace: backward finds the maxima again. */
  private static final class PlainPooling implements AutoCloseable {
    private final PoolingKernels pooling;
    private final Workspace trace;
    private final Workspace again;
    private final Outlet output;
    private final Inlet gradient;

    PlainPooling(Worker worker, PoolingPlan plan) {
      pooling = new PoolingKernels(worker, plan);
      trace = worker.workspace(plan.traceBytes());
      again = worker.workspace(plan.output().bytes());
      output = new Outlet(worker, plan.output(), plan.plainOutput);
      gradient = new Inlet(worker, plan.plainOutput, plan.output());
    }

    void forward(long x, long y) {
      pooling.forward(x, output.address(y), trace.address());
      output.deliver(y);
    }

    void backward(long x, long dy, long dx) {
      pooling.forward(x, again.address(), trace.address());
      pooling.backward(gradient.read(dy), trace.address(), dx);
    }

    @Override
    public void close() {
      pooling.close();
      trace.close();
      again.close();
      output.close();
      gradient.close();
    }
  }
}
