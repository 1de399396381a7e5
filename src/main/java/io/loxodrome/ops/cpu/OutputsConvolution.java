package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.MixtureRows.Group;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by {@link io.loxodrome.ops.MixPlan#OUTPUTS}: {@link StackedOutputs} with all
 * basis points for all examples.
 */
final class OutputsConvolution implements ConvolutionWay {
  private final Workers workers;
  private final StackedOutputs stacked;

  OutputsConvolution(NativePool pool, Workers workers) {
    this.workers = workers;
    this.stacked = new StackedOutputs(pool, workers);
  }

  /** One group of all examples with all basis points. */
  private static List<Group> everything(MixtureRows rows) {
    return List.of(
        new Group(
            IntStream.range(0, rows.batch()).boxed().toList(),
            IntStream.range(0, rows.basisSize()).boxed().toList()));
  }

  @Override
  public void forward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      @Nullable Tensor trace) {
    ConvolutionCall call = ConvolutionCall.forward(plan, input, output, trace);
    forward(call, rows, everything(rows), parameters);
  }

  /** Forward, group by group. */
  void forward(ConvolutionCall call, MixtureRows rows, List<Group> groups, Mixture parameters) {
    for (Group group : groups) {
      stacked.forward(call, rows, group, parameters);
    }
  }

  @Override
  public void backward(
      ConvolutionPlan plan,
      MixtureRows rows,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients) {
    ConvolutionCall call =
        ConvolutionCall.backward(plan, input, output, trace, outputGradient, inputGradient);
    backward(call, rows, everything(rows), parameters, gradients);
  }

  /** Backward, group by group. */
  void backward(
      ConvolutionCall call,
      MixtureRows rows,
      List<Group> groups,
      Mixture parameters,
      MixtureGradients gradients) {
    Zeros.write(workers, "weight gradient", gradients.weights());
    Zeros.write(workers, "bias gradient", gradients.bias());
    long dp = NativeMemory.floats("weight gradient", gradients.weights()).address();
    long db = NativeMemory.floats("bias gradient", gradients.bias()).address();
    for (Group group : groups) {
      stacked.backward(call, rows, group, parameters, dp, db);
    }
  }
}
