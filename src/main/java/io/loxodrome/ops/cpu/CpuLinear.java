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
import io.loxodrome.ops.Trial;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Linear layers, each by the plan that is cheapest for it or was asked for. */
final class CpuLinear implements LinearOperators {
  private final Device device;
  private final PlanTable<Linear> table;
  private final LinearFrame frame;
  private final Map<MixPlan, LinearWay> ways;

  CpuLinear(Device device, NativePool pool, Workers workers, PlanChoice choice) {
    this.device = device;
    this.table = new PlanTable<>(choice, CpuCosts::linear);
    this.frame = new LinearFrame(pool, workers);
    OutputsLinear outputs = new OutputsLinear(pool, workers);
    this.ways =
        Map.of(
            MixPlan.OUTPUTS, outputs,
            MixPlan.INPUTS, new InputsLinear(pool, workers),
            MixPlan.WEIGHTS, new WeightsLinear(pool, workers),
            MixPlan.SPANS, new SpansLinear(pool, workers, outputs),
            MixPlan.SHARED, new SharedLinear(pool, workers));
  }

  private static LinearCall call(Linear layer, Mixture parameters) {
    return new LinearCall(layer, MixtureRows.of(parameters), parameters);
  }

  private LinearWay way(LinearCall call) {
    MixWork<Linear> work = MixWork.of(call.layer(), call.rows());
    return way(table.plan(work, plan -> trial(call, plan)));
  }

  private LinearWay way(MixPlan plan) {
    return Objects.requireNonNull(ways.get(plan), plan::toString);
  }

  @Override
  public void forward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    LinearCall call = call(layer, parameters);
    frame.forward(way(call), call, input, output);
  }

  @Override
  public void backward(
      Linear layer,
      Mixture parameters,
      Tensor input,
      Tensor output,
      Tensor outputGradient,
      @Nullable Tensor inputGradient,
      @Nullable MixtureGradients gradients) {
    LinearCall call = call(layer, parameters);
    frame.backward(way(call), call, input, output, outputGradient, inputGradient, gradients);
  }

  @Override
  public List<PlanCost> planCosts(Linear layer, Mixture parameters) {
    LinearCall call = call(layer, parameters);
    return table.costs(MixWork.of(layer, call.rows()), plan -> trial(call, plan));
  }

  /** Milliseconds forward and backward by a plan, on inputs and gradients of ones. */
  private double trial(LinearCall call, MixPlan plan) {
    Linear layer = call.layer();
    Mixture parameters = call.parameters();
    LinearWay way = way(plan);
    try (Tensor input = device.filled(layer.inputShape(call.batch()), 1);
        Tensor output = device.allocate(layer.outputShape(call.batch()));
        Tensor outputGradient = device.filled(layer.outputShape(call.batch()), 1);
        Tensor inputGradient = device.allocate(layer.inputShape(call.batch()));
        Tensor weights = device.allocate(parameters.weights().shape());
        Tensor bias = device.allocate(parameters.bias().shape())) {
      MixtureGradients gradients = new MixtureGradients(weights, bias);
      return Trial.milliseconds(
          () -> {
            frame.forward(way, call, input, output);
            frame.backward(way, call, input, output, outputGradient, inputGradient, gradients);
          });
    }
  }
}
