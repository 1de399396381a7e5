package io.loxodrome.bench;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.LinearOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The linear layers, forward and backward. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class LinearBenchmark extends ManifoldBenchmark {
  @Param({"linear1", "linear2"})
  public String layer;

  @Param({"32", "128", "512"})
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
    linear = PaperLayers.linear(layer);
    operators = bench.operators().linear();
    parameters = bench.mixture(manifold, batch, linear.weightShape(), linear.biasShape());
    input = bench.normal(linear.inputShape(batch));
    output = bench.empty(linear.outputShape(batch));
    outputGradient = bench.normal(linear.outputShape(batch));
    inputGradient = bench.empty(linear.inputShape(batch));
    gradients = bench.gradients(parameters);
    operators.forward(linear, parameters, input, output);
    LayerWork work = LayerWork.of(linear, manifold.basisSize(), batch);
    forwardIdeal = ideal("forward", work.forward());
    backwardIdeal = ideal("backward", work.backward());
  }

  @Benchmark
  public void forward(OverIdeal overIdeal) {
    operators.forward(linear, parameters, input, output);
    done(overIdeal, forwardIdeal);
  }

  @Benchmark
  public void backward(OverIdeal overIdeal) {
    operators.backward(linear, parameters, input, output, outputGradient, inputGradient, gradients);
    done(overIdeal, backwardIdeal);
  }
}
