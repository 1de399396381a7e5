package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One call of a convolution layer: the addresses of its images, row-major.
 *
 * @param plan of the layer
 * @param trace 0 if there will be no way back
 * @param outputGradient 0 on the way forward
 * @param inputGradient 0 if nobody needs it
 */
record ConvolutionCall(
    ConvolutionPlan plan,
    long input,
    long output,
    long trace,
    long outputGradient,
    long inputGradient) {

  /** On the way forward. */
  static ConvolutionCall forward(
      ConvolutionPlan plan, Tensor input, Tensor output, @Nullable Tensor trace) {
    return new ConvolutionCall(
        plan,
        NativeMemory.floats("input", input).address(),
        NativeMemory.floats("output", output).address(),
        trace == null ? 0 : traceAddress(trace),
        0,
        0);
  }

  /** On the way back. */
  static ConvolutionCall backward(
      ConvolutionPlan plan,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient) {
    return new ConvolutionCall(
        plan,
        NativeMemory.floats("input", input).address(),
        NativeMemory.floats("output", output).address(),
        traceAddress(trace),
        NativeMemory.floats("outputGradient", outputGradient).address(),
        inputGradient == null ? 0 : NativeMemory.floats("inputGradient", inputGradient).address());
  }

  /** Where a trace begins. */
  static long traceAddress(Tensor trace) {
    return NativeMemory.block("trace", trace, ElementType.UINT8).address();
  }

  Convolution layer() {
    return plan.layer;
  }

  /** How many pre-activations an example has. */
  int preActivations() {
    return ConvolutionTail.preActivations(plan.layer);
  }

  /** x of an example. */
  long x(int example) {
    return input + example * plan.input.bytes();
  }

  /** dL/dx of an example. */
  long dx(int example) {
    return inputGradient + example * plan.input.bytes();
  }

  /** Activation and pooling of an example's pre-activations z. */
  void finish(Worker worker, int example, Workspace z) {
    long kept = trace == 0 ? 0 : trace + example * plan.traceBytes();
    ConvolutionTail.of(worker, plan).forward(z, output + example * plan.output.bytes(), kept);
  }

  /** Where dL/dz of an example is, until the next call on this worker. */
  long preActivationGradient(Worker worker, int example) {
    long offset = example * plan.output.bytes();
    long kept = trace + example * plan.traceBytes();
    return ConvolutionTail.of(worker, plan)
        .gradient(output + offset, kept, outputGradient + offset);
  }
}
