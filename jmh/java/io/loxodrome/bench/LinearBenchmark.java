package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The linear layers, forward and backward. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class LinearBenchmark extends OperatorBenchmark {
  @Param({"linear1", "linear2"})
  public String layer;

  @Param("128")
  public int batch;

  private Linear linear;
  private LinearOperators operators;
  private Mixture parameters;
  private Tensor input;
  private Tensor output;
  private Tensor outputGradient;
  private Tensor inputGradient;
  private MixtureGradients gradients;
  private double forwardIdeal;
  private double backwardIdeal;

  @Override
  void prepare(Workbench bench, WeightManifold manifold) {
    linear = linear(layer);
    operators = bench.operators().linear();
    parameters = bench.mixture(manifold, batch, linear.weightShape(), linear.biasShape());
    input = bench.normal(linear.inputShape(batch));
    output = bench.empty(linear.outputShape(batch));
    outputGradient = bench.normal(linear.outputShape(batch));
    inputGradient = bench.empty(linear.inputShape(batch));
    gradients = bench.gradients(parameters);
    operators.forward(linear, parameters, input, output);
    double product = 2.0 * batch * linear.weightShape().size();
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

  private static Linear linear(String layer) {
    return switch (layer) {
      case "linear1" -> new Linear(2048, 512, Activation.RELU);
      case "linear2" -> new Linear(512, 10, Activation.NONE);
      default -> throw new IllegalArgumentException("the network has no layer " + layer);
    };
  }

  @Benchmark
  public void forward(OverIdeal overIdeal) {
    operators.forward(linear, parameters, input, output);
    overIdeal.add(forwardIdeal);
  }

  @Benchmark
  public void backward(OverIdeal overIdeal) {
    operators.backward(linear, parameters, input, output, outputGradient, inputGradient, gradients);
    overIdeal.add(backwardIdeal);
  }
}
