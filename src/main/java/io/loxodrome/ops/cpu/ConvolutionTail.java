package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Activation and pooling of one example at a time on one worker, from its mixed pre-activations,
 * row-major, and back to their gradient.
 *
 * <p>The trace is that of the layer's own plan, whichever way computed the pre-activations.
 */
final class ConvolutionTail implements AutoCloseable {
  private final Worker worker;
  private final ConvolutionPlan plan;
  private final Inlet convolved;
  private final @Nullable PoolingKernels pooling;
  private final Workspace ownTrace;
  private final Outlet output;
  private final Inlet gradient;

  private ConvolutionTail(Worker worker, ConvolutionPlan plan) {
    this.worker = worker;
    this.plan = plan;
    Layout plain =
        Layout.plain(
            1, plan.layer.outputs(), plan.layer.convolvedHeight(), plan.layer.convolvedWidth());
    convolved = new Inlet(worker, plain, plan.convolved);
    pooling = plan.pooling == null ? null : new PoolingKernels(worker, plan.pooling);
    ownTrace = worker.workspace(plan.traceBytes());
    output = new Outlet(worker, plan.pooled, plan.output);
    gradient = new Inlet(worker, plan.convolved, plain);
  }

  /** The tail of a layer on a worker, compiled on first use. */
  static ConvolutionTail of(Worker worker, ConvolutionPlan plan) {
    return worker.kernels(plan, ConvolutionTail.class, key -> new ConvolutionTail(worker, key));
  }

  /** How many pre-activations an example has. */
  static int preActivations(Convolution layer) {
    return layer.outputs() * layer.convolvedHeight() * layer.convolvedWidth();
  }

  /**
   * y = maxpool(act(z)).
   *
   * @param z overwritten
   * @param trace 0 if there will be no way back
   */
  void forward(Workspace z, long y, long trace) {
    if (plan.layer.activation() == Activation.RELU) {
      Rectifier.forward(worker, z.block(), 0, preActivations(plan.layer));
    }
    if (pooling == null) {
      Pointer.memcpy(new Address(y), new Address(z.address()), plan.output.bytes());
    } else {
      long kept = trace == 0 ? ownTrace.address() : trace;
      pooling.forward(convolved.read(z.address()), output.address(y), kept);
      output.deliver(y);
    }
  }

  /** Where dL/dz is, row-major, until the next call. */
  long gradient(long y, long trace, long dy) {
    ConvolutionBackward kernels = ConvolutionBackward.of(worker, plan, Blocking.NONE);
    return gradient.read(kernels.preActivationGradient(y, trace, dy));
  }

  @Override
  public void close() {
    convolved.close();
    if (pooling != null) {
      pooling.close();
    }
    ownTrace.close();
    output.close();
    gradient.close();
  }
}
