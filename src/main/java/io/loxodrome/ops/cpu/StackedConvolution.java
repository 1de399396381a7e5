package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.MixtureRows.Group;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by {@link io.loxodrome.ops.MixPlan#OUTPUTS} and {@link
 * io.loxodrome.ops.MixPlan#SPANS}: {@link StackedOutputs} group by group, with the group's basis
 * points alone.
 */
final class StackedConvolution implements ConvolutionWay {
  private final Workers workers;
  private final StackedOutputs stacked;
  private final Function<MixtureRows, List<Group>> groups;

  private StackedConvolution(
      Workers workers, StackedOutputs stacked, Function<MixtureRows, List<Group>> groups) {
    this.workers = workers;
    this.stacked = stacked;
    this.groups = groups;
  }

  /** All basis points for all examples. */
  static StackedConvolution ofEverything(Workers workers, StackedOutputs stacked) {
    return new StackedConvolution(workers, stacked, StackedConvolution::everything);
  }

  /** For examples whose non-zero coefficients are the same ones, those basis points. */
  static StackedConvolution bySupport(Workers workers, StackedOutputs stacked) {
    return new StackedConvolution(workers, stacked, StackedConvolution::supported);
  }

  private static List<Group> everything(MixtureRows rows) {
    return List.of(
        new Group(
            IntStream.range(0, rows.batch()).boxed().toList(),
            IntStream.range(0, rows.basisSize()).boxed().toList()));
  }

  /** A group that needs no basis point is given one, with its coefficient of 0. */
  private static List<Group> supported(MixtureRows rows) {
    return rows.bySupport().stream()
        .map(
            group ->
                group.basisPoints().isEmpty() ? new Group(group.examples(), List.of(0)) : group)
        .toList();
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
    for (Group group : groups.apply(rows)) {
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
    Zeros.write(workers, gradients);
    long dp = NativeMemory.floats("weight gradient", gradients.weights()).address();
    long db = NativeMemory.floats("bias gradient", gradients.bias()).address();
    for (Group group : groups.apply(rows)) {
      stacked.backward(call, rows, group, parameters, dp, db);
    }
  }
}
