package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.ops.PlanTable;
import io.loxodrome.ops.Trial;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Convolution layers, each by the plan that is cheapest for it or was asked for. */
final class CpuConvolution implements ConvolutionOperators {
  private final Device device;
  private final Workers workers;
  private final PlanTable<Convolution> table;
  private final Map<MixPlan, ConvolutionWay> ways;
  private final ConvolutionPlans plans;
  private final MixedConvolution mixed;
  private final MixedConvolution shared;

  CpuConvolution(
      Device device, NativePool pool, HeapPool heap, Workers workers, PlanChoice choice) {
    this.device = device;
    this.workers = workers;
    this.plans = new ConvolutionPlans(workers);
    this.table = new PlanTable<>(choice, CpuCosts::convolution);
    StackedOutputs stacked = new StackedOutputs(pool, workers, plans);
    this.mixed = MixedConvolution.ofExamples(pool, heap, workers);
    this.shared = MixedConvolution.ofDistinctRows(pool, heap, workers);
    this.ways =
        Map.of(
            MixPlan.OUTPUTS,
            StackedConvolution.ofEverything(workers, stacked),
            MixPlan.INPUTS,
            new InputsConvolution(pool, workers, plans),
            MixPlan.WEIGHTS,
            mixed,
            MixPlan.SPANS,
            StackedConvolution.bySupport(workers, stacked),
            MixPlan.SHARED,
            shared);
  }

  private ConvolutionWay way(Convolution layer, MixtureRows rows, Mixture parameters) {
    return way(table.plan(MixWork.of(layer, rows), plan -> trial(layer, rows, parameters, plan)));
  }

  private ConvolutionWay way(MixPlan plan) {
    return Objects.requireNonNull(ways.get(plan), plan::toString);
  }

  @Override
  public Tensor allocateTrace(Convolution layer, int batch) {
    int bytes = Math.toIntExact(plans.of(layer).traceBytes());
    return device.allocate(ElementType.UINT8, Shape.of(batch, bytes));
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    if (isFinite(parameters, input)) {
      MixtureRows rows = MixtureRows.of(parameters);
      way(layer, rows, parameters).forward(plans.of(layer), rows, parameters, input, output, trace);
    } else {
      ReferencePath.convolution(layer, parameters, input, output);
    }
  }

  private boolean isFinite(Mixture parameters, Tensor input) {
    return Finiteness.holds(workers, "weights", parameters.weights())
        && Finiteness.holds(workers, "bias", parameters.bias())
        && Finiteness.holds(workers, "input", input);
  }

  @Override
  public void backward(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    if (parameters.batch() == 0) {
      Zeros.write(workers, gradients);
      return;
    }
    if (gradients == null) {
      inputGradient(layer, parameters, input, output, trace, outputGradient, inputGradient);
      return;
    }
    MixtureRows rows = MixtureRows.of(parameters);
    way(layer, rows, parameters)
        .backward(
            plans.of(layer),
            rows,
            parameters,
            input,
            output,
            trace,
            outputGradient,
            inputGradient,
            gradients);
  }

  /** Whatever plan was forward's, the mixed weights alone know the way back to the input. */
  private void inputGradient(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      @Nullable Tensor inputGradient) {
    if (inputGradient != null) {
      MixtureRows rows = MixtureRows.of(parameters);
      MixedConvolution way = rows.byRow().size() < rows.batch() ? shared : mixed;
      way.inputGradient(
          plans.of(layer), rows, parameters, input, output, trace, outputGradient, inputGradient);
    }
  }

  @Override
  public void exampleGradients(
      Convolution layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor trace,
      Tensor outputGradient,
      MixtureGradients rows) {
    MixedConvolution.exampleGradients(
        workers, plans.of(layer), input, output, trace, outputGradient, rows);
  }

  @Override
  public void unfold(Convolution layer, Tensor input, Tensor patches) {
    Patches to = new Patches(layer, input, patches);
    workers.slices(patches.shape().dimension(0), 1, (worker, from, end) -> to.write(from, end));
  }

  @Override
  public List<PlanCost> planCosts(Convolution layer, Mixture parameters) {
    MixtureRows rows = MixtureRows.of(parameters);
    return table.costs(MixWork.of(layer, rows), plan -> trial(layer, rows, parameters, plan));
  }

  /** Milliseconds forward and backward by a plan, on images and gradients of ones. */
  private double trial(Convolution layer, MixtureRows rows, Mixture parameters, MixPlan plan) {
    int batch = parameters.batch();
    ConvolutionPlan described = plans.of(layer);
    ConvolutionWay way = way(plan);
    try (Tensor input = device.filled(layer.inputShape(batch), 1);
        Tensor output = device.allocate(layer.outputShape(batch));
        Tensor trace = allocateTrace(layer, batch);
        Tensor outputGradient = device.filled(layer.outputShape(batch), 1);
        Tensor inputGradient = device.allocate(layer.inputShape(batch));
        Tensor weights = device.allocate(parameters.weights().shape());
        Tensor bias = device.allocate(parameters.bias().shape())) {
      MixtureGradients gradients = new MixtureGradients(weights, bias);
      return Trial.milliseconds(
          () -> {
            way.forward(described, rows, parameters, input, output, trace);
            way.backward(
                described,
                rows,
                parameters,
                input,
                output,
                trace,
                outputGradient,
                inputGradient,
                gradients);
          });
    }
  }
}
