package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Linear layers, each by the plan that is cheapest for it or was asked for. */
final class CudaLinear implements LinearOperators {
  private static final long NO_TRACE = 0;

  private final CudaResources resources;
  private final LinearTail tail;
  private final LayerPlans<Linear> plans;

  CudaLinear(CudaResources resources, HostTransfers transfers, PlanChoice choice, CudaCosts costs) {
    this.resources = resources;
    this.tail = new LinearTail(resources);
    OutputsLinear outputs = new OutputsLinear(resources);
    this.plans =
        new LayerPlans<>(
            resources,
            transfers,
            choice,
            costs::linear,
            LayerSizes::of,
            outputs,
            new InputsLinear(resources, tail),
            new WeightsLinear(resources, tail, outputs));
  }

  @Override
  public void forward(Linear layer, Mixture parameters, Tensor input, Tensor output) {
    if (parameters.batch() > 0) {
      plans
          .way(layer, parameters)
          .forward(
              layer,
              Parameters.of(parameters),
              new Activations(CudaMemory.source(input), CudaMemory.target(output), NO_TRACE));
    }
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
    int batch = parameters.batch();
    if (batch == 0) {
      Zeros.write(resources, gradients);
      return;
    }
    Activations activations =
        new Activations(CudaMemory.source(input), CudaMemory.source(output), NO_TRACE);
    Parameters here = Parameters.of(parameters);
    long unwanted = gradients == null ? parameters.weights().size() : 0;
    try (Scratch room = tail.gradientRoom(layer, batch);
        Scratch unwantedWeights = resources.memory().floats(unwanted)) {
      long d =
          tail.behindActivation(
              layer, batch, activations.output(), CudaMemory.source(outputGradient), room);
      if (gradients != null) {
        tail.biasGradient(layer, here, d, CudaMemory.target(gradients.bias()));
      }
      plans
          .way(layer, parameters)
          .backward(
              layer,
              here,
              activations,
              new Gradients(
                  d,
                  inputGradient == null ? 0 : CudaMemory.target(inputGradient),
                  gradients == null
                      ? unwantedWeights.address()
                      : CudaMemory.target(gradients.weights())));
    }
  }

  @Override
  public List<PlanCost> planCosts(Linear layer, Mixture parameters) {
    return parameters.batch() == 0 ? List.of() : plans.costs(layer, parameters);
  }
}
