package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.ops.PlanTable;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Linear layers, each by the plan that is cheapest for it or was asked for. */
final class CpuLinear implements LinearOperators {
  private final Device device;
  private final PlanTable<Linear> table;
  private final Map<MixPlan, LinearWay> ways;

  CpuLinear(Device device, NativePool pool, Workers workers, PlanChoice choice) {
    this.device = device;
    this.table = new PlanTable<>(choice, CpuCosts::linear);
    this.ways = Map.of(MixPlan.OUTPUTS, new OutputsLinear(pool, workers));
  }

  private static MixtureRows rows(Mixture parameters) {
    return MixtureRows.of(
        parameters.coefficients().toFloats(), parameters.batch(), parameters.basisSize());
  }

  private LinearWay way(Linear layer, MixtureRows rows, Mixture parameters) {
    return way(table.plan(MixWork.of(layer, rows), plan -> trial(layer, rows, parameters, plan)));
  }

  private LinearWay way(MixPlan plan) {
    return Objects.requireNonNull(ways.get(plan), plan::toString);
  }

  @Override
  public void forward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    MixtureRows rows = rows(parameters);
    way(layer, rows, parameters).forward(layer, rows, parameters, input, output);
  }

  @Override
  public void backward(
      Linear layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      MixtureGradients gradients) {
    MixtureRows rows = rows(parameters);
    way(layer, rows, parameters)
        .backward(layer, rows, parameters, input, output, outputGradient, inputGradient, gradients);
  }

  @Override
  public List<PlanCost> planCosts(Linear layer, Mixture parameters) {
    MixtureRows rows = rows(parameters);
    return table.costs(MixWork.of(layer, rows), plan -> trial(layer, rows, parameters, plan));
  }

  /** Milliseconds forward and backward by a plan, on inputs and gradients of ones. */
  private double trial(Linear layer, MixtureRows rows, Mixture parameters, MixPlan plan) {
    int batch = parameters.batch();
    LinearWay way = way(plan);
    try (Tensor input = ones(layer.inputShape(batch));
        Tensor output = device.allocate(layer.outputShape(batch));
        Tensor outputGradient = ones(layer.outputShape(batch));
        Tensor inputGradient = device.allocate(layer.inputShape(batch));
        Tensor weights = device.allocate(parameters.weights().shape());
        Tensor bias = device.allocate(parameters.bias().shape())) {
      MixtureGradients gradients = new MixtureGradients(weights, bias);
      return Trial.milliseconds(
          () -> {
            way.forward(layer, rows, parameters, input, output);
            way.backward(
                layer, rows, parameters, input, output, outputGradient, inputGradient, gradients);
          });
    }
  }

  private Tensor ones(Shape shape) {
    Tensor tensor = device.allocate(shape);
    device.operators().elementwise().fill(tensor, 1);
    return tensor;
  }
}
