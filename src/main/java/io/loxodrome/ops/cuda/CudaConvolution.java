package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.OwnPoints;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.PlanCost;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolution layers, each by the plan that is cheapest for it or was asked for. */
final class CudaConvolution implements ConvolutionOperators {
  private final Device device;
  private final CudaResources resources;
  private final ConvolutionTail tail;
  private final WindowProducts products;
  private final Identity identity;
  private final LayerPlans<Convolution> plans;

  CudaConvolution(
      Device device,
      CudaResources resources,
      HostTransfers transfers,
      Constants constants,
      PlanChoice choice,
      CudaCosts costs) {
    this.device = device;
    this.resources = resources;
    this.tail = new ConvolutionTail(resources);
    this.products = new WindowProducts(resources);
    this.identity = new Identity(constants, transfers);
    Convolutions library = resources.convolutions();
    Convolutions convolutions = library == null ? new UnfoldedConvolutions(products) : library;
    this.plans =
        new LayerPlans<>(
            resources,
            transfers,
            choice,
            costs::convolution,
            LayerSizes::of,
            new OutputsConvolution(resources, convolutions, tail),
            new InputsConvolution(resources, convolutions, tail),
            new WeightsConvolution(resources, products, tail));
  }

  @Override
  public Tensor allocateTrace(Convolution layer, int batch) {
    int bytes = Math.toIntExact(ConvolutionTail.traceBytes(layer));
    return device.allocate(ElementType.UINT8, Shape.of(batch, bytes));
  }

  @Override
  public void forward(
      Convolution layer, Mixture parameters, Tensor input, Tensor output, @Nullable Tensor trace) {
    if (parameters.batch() > 0) {
      plans
          .way(layer, parameters)
          .forward(
              layer,
              Parameters.of(parameters),
              new Activations(
                  CudaMemory.source(input),
                  CudaMemory.target(output),
                  trace == null ? 0 : CudaMemory.target(trace)));
    }
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
      Zeros.write(resources, gradients);
      return;
    }
    if (gradients == null) {
      try (Tensor weights = device.allocate(parameters.weights().shape());
          Tensor bias = device.allocate(parameters.bias().shape())) {
        MixtureGradients unwanted = new MixtureGradients(weights, bias);
        backward(layer, parameters, input, output, trace, outputGradient, inputGradient, unwanted);
      }
      return;
    }
    Parameters here = Parameters.of(parameters);
    Activations activations =
        new Activations(
            CudaMemory.source(input), CudaMemory.source(output), CudaMemory.source(trace));
    Gradients addresses =
        new Gradients(
            CudaMemory.source(outputGradient),
            inputGradient == null ? 0 : CudaMemory.target(inputGradient),
            CudaMemory.target(gradients.weights()));
    tail.biasGradient(
        layer, here, activations.output(), addresses.output(), CudaMemory.target(gradients.bias()));
    plans.way(layer, parameters).backward(layer, here, activations, addresses);
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
    try (OwnPoints own = new OwnPoints(device, rows)) {
      backward(layer, own.mixture(), input, output, trace, outputGradient, null, rows);
    }
  }

  @Override
  public void unfold(Convolution layer, Tensor input, Tensor patches) {
    if (patches.size() > 0) {
      products.rows(
          ConvolutionShapes.of(layer, patches.shape().dimension(0), 1, 1),
          CudaMemory.source(input),
          identity,
          CudaMemory.target(patches),
          resources.stream());
    }
  }

  @Override
  public List<PlanCost> planCosts(Convolution layer, Mixture parameters) {
    return parameters.batch() == 0 ? List.of() : plans.costs(layer, parameters);
  }
}
