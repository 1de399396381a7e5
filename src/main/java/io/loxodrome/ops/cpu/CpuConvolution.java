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
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Convolution layers, each by the plan that is cheapest for it or was asked for. */
final class CpuConvolution implements ConvolutionOperators {
  private final Device device;
  private final Workers workers;
  private final PlanTable<Convolution> table;
  private final Map<MixPlan, ConvolutionWay> ways;
  private final Map<Convolution, ConvolutionPlan> plans = new ConcurrentHashMap<>();

  CpuConvolution(
      Device device, NativePool pool, HeapPool heap, Workers workers, PlanChoice choice) {
    this.device = device;
    this.workers = workers;
    this.table = new PlanTable<>(choice, CpuCosts::convolution);
    OutputsConvolution outputs = new OutputsConvolution(pool, workers);
    this.ways =
        Map.of(
            MixPlan.OUTPUTS,
            outputs,
            MixPlan.INPUTS,
            new InputsConvolution(pool, workers),
            MixPlan.WEIGHTS,
            MixedConvolution.ofExamples(pool, heap, workers),
            MixPlan.SPANS,
            new SpansConvolution(outputs),
            MixPlan.SHARED,
            MixedConvolution.ofDistinctRows(pool, heap, workers));
  }

  private ConvolutionPlan described(Convolution layer) {
    return plans.computeIfAbsent(layer, key -> workers.onFirst(() -> new ConvolutionPlan(key)));
  }

  private static MixtureRows rows(Mixture parameters) {
    return MixtureRows.of(
        parameters.coefficients().toFloats(), parameters.batch(), parameters.basisSize());
  }

  private ConvolutionWay way(Convolution layer, MixtureRows rows, Mixture parameters) {
    return way(table.plan(MixWork.of(layer, rows), plan -> trial(layer, rows, parameters, plan)));
  }

  private ConvolutionWay way(MixPlan plan) {
    return Objects.requireNonNull(ways.get(plan), plan::toString);
  }

  @Override
  public Tensor allocateTrace(Convolution layer, int batch) {
    int bytes = Math.toIntExact(described(layer).traceBytes());
    return device.allocate(ElementType.UINT8, Shape.of(batch, bytes));
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    if (isFinite(parameters, input)) {
      MixtureRows rows = rows(parameters);
      way(layer, rows, parameters)
          .forward(described(layer), rows, parameters, input, output, trace);
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
      MixtureGradients gradients) {
    if (parameters.batch() == 0) {
      Zeros.write(workers, "weight gradient", gradients.weights());
      Zeros.write(workers, "bias gradient", gradients.bias());
      return;
    }
    MixtureRows rows = rows(parameters);
    way(layer, rows, parameters)
        .backward(
            described(layer),
            rows,
            parameters,
            input,
            output,
            trace,
            outputGradient,
            inputGradient,
            gradients);
  }

  @Override
  public List<PlanCost> planCosts(Convolution layer, Mixture parameters) {
    MixtureRows rows = rows(parameters);
    return table.costs(MixWork.of(layer, rows), plan -> trial(layer, rows, parameters, plan));
  }

  /** Milliseconds forward and backward by a plan, on images and gradients of ones. */
  private double trial(Convolution layer, MixtureRows rows, Mixture parameters, MixPlan plan) {
    int batch = parameters.batch();
    ConvolutionPlan described = described(layer);
    ConvolutionWay way = way(plan);
    try (Tensor input = ones(layer.inputShape(batch));
        Tensor output = device.allocate(layer.outputShape(batch));
        Tensor trace = allocateTrace(layer, batch);
        Tensor outputGradient = ones(layer.outputShape(batch));
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

  private Tensor ones(Shape shape) {
    Tensor tensor = device.allocate(shape);
    device.operators().elementwise().fill(tensor, 1);
    return tensor;
  }
}
