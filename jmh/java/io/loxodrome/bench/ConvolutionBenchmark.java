package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The convolution layers with ReLU and pooling, forward and backward to the input. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class ConvolutionBenchmark extends ManifoldBenchmark {
  @Param({"conv1", "conv2", "conv3"})
  public String layer;

  @Param({"32", "128", "512"})
  public int batch;

  private Convolution convolution;
  private ConvolutionOperators operators;
  private Mixture parameters;
  private Tensor input;
  private Tensor output;
  private Tensor trace;
  private Tensor outputGradient;
  private Tensor inputGradient;
  private MixtureGradients gradients;
  private double forwardIdeal;
  private double backwardIdeal;

  @Override
  void prepare(Workbench bench, WeightManifold manifold) {
    convolution = PaperLayers.convolution(layer);
    operators = bench.operators().convolution();
    parameters = bench.mixture(manifold, batch, convolution.weightShape(), convolution.biasShape());
    input = bench.normal(convolution.inputShape(batch));
    output = bench.empty(convolution.outputShape(batch));
    trace = bench.own(operators.allocateTrace(convolution, batch));
    outputGradient = bench.normal(convolution.outputShape(batch));
    inputGradient = bench.empty(convolution.inputShape(batch));
    gradients = bench.gradients(parameters);
    operators.forward(convolution, parameters, input, output, trace);
    LayerWork work = LayerWork.of(convolution, manifold.basisSize(), batch);
    forwardIdeal = ideal("forward", work.forward());
    backwardIdeal = ideal("backward", work.backward());
  }

  @Benchmark
  public void forward(OverIdeal overIdeal) {
    operators.forward(convolution, parameters, input, output, trace);
    done(overIdeal, forwardIdeal);
  }

  @Benchmark
  public void backward(OverIdeal overIdeal) {
    operators.backward(
        convolution, parameters, input, output, trace, outputGradient, inputGradient, gradients);
    done(overIdeal, backwardIdeal);
  }
}
