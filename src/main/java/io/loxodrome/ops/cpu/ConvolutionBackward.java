package io.loxodrome.ops.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.loxodrome.ops.Activation;
import org.jspecify.annotations.Nullable;

/** One example at a time back through a convolution layer, on one worker and in its caches. */
final class ConvolutionBackward implements AutoCloseable {
  private final @Nullable Primitive mask;
  private final Workspace masked;
  private final Inlet pooledGradient;
  private final @Nullable PoolingKernels pooling;
  private final Workspace convolvedGradient;
  private final Inlet input;
  private final Inlet gradientForWeights;
  private final Inlet gradientForInput;
  private final Primitive weightGradient;
  private final Primitive inputGradient;
  private final Outlet output;

  private record Key(ConvolutionPlan plan, Blocking blocking) {}

  /** The worker's kernels for a plan, compiled on first use. */
  static ConvolutionBackward of(Worker worker, ConvolutionPlan plan, Blocking blocking) {
    return worker.kernels(
        new Key(plan, blocking),
        ConvolutionBackward.class,
        key -> new ConvolutionBackward(worker, key));
  }

  private ConvolutionBackward(Worker worker, Key key) {
    ConvolutionPlan plan = key.plan();
    Layout output = key.blocking().output() ? plan.pooled : plan.output;
    Layout input = key.blocking().input() ? plan.blockedInput() : plan.input;
    mask =
        plan.layer.activation() == Activation.RELU
            ? Primitive.compile(
                worker,
                key.blocking().output() ? plan.blockedReluGradient : plan.reluGradient,
                DNNL_ARG_DST,
                DNNL_ARG_DIFF_DST,
                DNNL_ARG_DIFF_SRC)
            : null;
    masked = worker.workspace(output.bytes());
    pooledGradient = new Inlet(worker, output, plan.pooled);
    pooling = plan.pooling == null ? null : new PoolingKernels(worker, plan.pooling);
    convolvedGradient = worker.workspace(plan.convolved.bytes());
    this.input = new Inlet(worker, input, plan.weightGradient.layout(DNNL_ARG_SRC));
    gradientForWeights =
        new Inlet(worker, plan.convolved, plan.weightGradient.layout(DNNL_ARG_DIFF_DST));
    gradientForInput =
        new Inlet(worker, plan.convolved, plan.inputGradient.layout(DNNL_ARG_DIFF_DST));
    weightGradient =
        Primitive.compile(
            worker,
            plan.weightGradient,
            DNNL_ARG_SRC,
            DNNL_ARG_DIFF_DST,
            DNNL_ARG_DIFF_WEIGHTS,
            DNNL_ARG_DIFF_BIAS);
    inputGradient =
        Primitive.compile(
            worker, plan.inputGradient, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC);
    this.output = new Outlet(worker, plan.inputGradient.layout(DNNL_ARG_DIFF_SRC), input);
  }

  /**
   * Back through pooling and activation to the gradient of the mixed pre-activation.
   *
   * @return where it is, in the layout between convolution and pooling, until the next call
   */
  long preActivationGradient(long y, long trace, long dy) {
    long gradient = dy;
    if (mask != null) {
      mask.bind(DNNL_ARG_DST, y)
          .bind(DNNL_ARG_DIFF_DST, dy)
          .bind(DNNL_ARG_DIFF_SRC, masked.address())
          .run();
      gradient = masked.address();
    }
    gradient = pooledGradient.read(gradient);
    if (pooling == null) {
      return gradient;
    }
    pooling.backward(gradient, trace, convolvedGradient.address());
    return convolvedGradient.address();
  }

  /** The gradients of this example's own weights and bias. */
  void weightGradients(long x, long preActivationGradient, long weights, long bias) {
    weightGradient
        .bind(DNNL_ARG_SRC, input.read(x))
        .bind(DNNL_ARG_DIFF_DST, gradientForWeights.read(preActivationGradient))
        .bind(DNNL_ARG_DIFF_WEIGHTS, weights)
        .bind(DNNL_ARG_DIFF_BIAS, bias)
        .run();
  }

  /**
   * The gradient of this example's input.
   *
   * @param weights in the plan's backward layout
   */
  void inputGradient(long weights, long preActivationGradient, long dx) {
    inputGradient
        .bind(DNNL_ARG_WEIGHTS, weights)
        .bind(DNNL_ARG_DIFF_DST, gradientForInput.read(preActivationGradient))
        .bind(DNNL_ARG_DIFF_SRC, output.address(dx))
        .run();
    output.deliver(dx);
  }

  @Override
  public void close() {
    if (mask != null) {
      mask.close();
    }
    masked.close();
    pooledGradient.close();
    if (pooling != null) {
      pooling.close();
    }
    convolvedGradient.close();
    input.close();
    gradientForWeights.close();
    gradientForInput.close();
    weightGradient.close();
    inputGradient.close();
    output.close();
  }
}
