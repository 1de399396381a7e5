package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The convolution layers with ReLU and pooling, forward and backward to the input. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class ConvolutionBenchmark extends OperatorBenchmark {
  @Param({"conv1", "conv2", "conv3"})
  public String layer;

  @Param("128")
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
    convolution = convolution(layer);
    operators = bench.operators().convolution();
    parameters = bench.mixture(manifold, batch, convolution.weightShape(), convolution.biasShape());
    input = bench.normal(convolution.inputShape(batch));
    output = bench.empty(convolution.outputShape(batch));
    trace = bench.own(operators.allocateTrace(convolution, batch));
    outputGradient = bench.normal(convolution.outputShape(batch));
    inputGradient = bench.empty(convolution.inputShape(batch));
    gradients = bench.gradients(parameters);
    operators.forward(convolution, parameters, input, output, trace);
    int positions = convolution.convolvedHeight() * convolution.convolvedWidth();
    double product = 2.0 * batch * positions * convolution.weightShape().size();
    forwardIdeal =
        ideal(
            "forward",
            Work.of(product, input.shape(), parameters.weights().shape(), output.shape()));
    backwardIdeal =
        ideal(
            "backward",
            Work.of(
                2 * product,
                input.shape(),
                parameters.weights().shape(),
                output.shape(),
                outputGradient.shape(),
                inputGradient.shape(),
                gradients.weights().shape()));
  }

  private static Convolution convolution(String layer) {
    Convolution plain =
        switch (layer) {
          case "conv1" -> Convolution.same(3, 32, 32, 32, 3);
          case "conv2" -> Convolution.same(32, 64, 16, 16, 3);
          case "conv3" -> Convolution.same(64, 128, 8, 8, 3);
          default -> throw new IllegalArgumentException("the network has no layer " + layer);
        };
    return plain.activated(Activation.RELU).pooled(2);
  }

  @Benchmark
  public void forward(OverIdeal overIdeal) {
    operators.forward(convolution, parameters, input, output, trace);
    overIdeal.add(forwardIdeal);
  }

  @Benchmark
  public void backward(OverIdeal overIdeal) {
    operators.backward(
        convolution, parameters, input, output, trace, outputGradient, inputGradient, gradients);
    overIdeal.add(backwardIdeal);
  }
}
