package io.loxodrome.ops.cpu;

import io.loxodrome.ops.cpu.Description.Epilogue;

/**
 * The sum of a convolution's weight gradients over a worker's examples, which oneDNN delivers one
 * by one, and of their bias gradients db_i with coefficients, sum_i a_ik db_i.
 */
final class GradientSum implements AutoCloseable {
  private final ConvolutionPlan plan;
  private final ExampleMixing single;
  private final ExampleMixing perPoint;
  private final Workspace weights;
  private final Workspace bias;
  private final Workspace one;
  private final long weightSum;
  private final long biasSum;
  private Epilogue epilogue = Epilogue.NONE;

  /**
   * An empty sum.
   *
   * @param points coefficients of each bias gradient
   * @param weightSum where the sum of weight gradients is to be, in the plan's layout
   * @param biasSum where the sums of bias gradients are to be
   */
  GradientSum(Worker worker, ConvolutionPlan plan, int points, long weightSum, long biasSum) {
    this.plan = plan;
    this.weightSum = weightSum;
    this.biasSum = biasSum;
    single = new ExampleMixing(worker, 1);
    perPoint = new ExampleMixing(worker, points);
    weights = worker.workspace(plan.weightGradients.bytes());
    bias = worker.workspace((long) plan.layer.outputs() * Float.BYTES);
    one = worker.workspace(Float.BYTES);
    one.block().put(0, new float[] {1}, 0, 1);
  }

  /** Address of a single coefficient of 1. */
  long one() {
    return one.address();
  }

  /**
   * Adds an example.
   *
   * @param gradient of its pre-activations, as {@code kernels} take it
   * @param coefficients address of those of its bias gradient
   */
  void add(ConvolutionBackward kernels, long x, long gradient, long coefficients) {
    kernels.weightGradients(x, gradient, weights.address(), bias.address());
    int elements = plan.weightGradients.elements();
    single.expand(one(), weights.address(), elements, weightSum, epilogue);
    perPoint.expand(coefficients, bias.address(), plan.layer.outputs(), biasSum, epilogue);
    epilogue = Epilogue.ACCUMULATE;
  }

  @Override
  public void close() {
    weights.close();
    bias.close();
    one.close();
  }
}
