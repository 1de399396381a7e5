package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.CrossEntropy;
import io.loxodrome.ops.LossOperators;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Softmax cross-entropy in one kernel. */
final class CudaLoss implements LossOperators {
  private final CudaResources resources;
  private final CrossEntropy kernels;

  CudaLoss(CudaResources resources) {
    this.resources = resources;
    this.kernels = new CrossEntropy(resources.kernels());
  }

  @Override
  public void softmaxCrossEntropy(
      Tensor logits, Tensor labels, Tensor losses, Tensor correct, @Nullable Tensor logitGradient) {
    int classes = logits.shape().dimension(1);
    Values.requireBelow("labels", labels.toInts(), classes);
    kernels.forwardBackward(
        logits.shape().dimension(0),
        classes,
        CudaMemory.source(logits),
        CudaMemory.source(labels),
        CudaMemory.target(losses),
        CudaMemory.target(correct),
        logitGradient == null ? 0 : CudaMemory.target(logitGradient),
        resources.stream());
  }
}
