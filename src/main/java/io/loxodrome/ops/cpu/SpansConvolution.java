package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.MixtureRows.Group;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolution layers by {@link io.loxodrome.ops.MixPlan#SPANS}: as {@link OutputsConvolution}, but
 * group by group of the examples whose non-zero coefficients are the same ones, with those basis
 * points alone.
 */
final class SpansConvolution implements ConvolutionWay {
  private final OutputsConvolution outputs;

  SpansConvolution(OutputsConvolution outputs) {
    this.outputs = outputs;
  }

  /** A group that needs no basis point is given one, with its coefficient of 0. */
  private static List<Group> groups(MixtureRows rows) {
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
    outputs.forward(call, rows, groups(rows), parameters);
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
    outputs.backward(call, rows, groups(rows), parameters, gradients);
  }
}
