package io.loxodrome.bench;

import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.ops.Moments;
import io.loxodrome.ops.NormalizationOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Layer normalisation on an ellipse, at the sizes of {@link io.loxodrome.nn.ResNet18}'s stages. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class NormalizationBenchmark extends OperatorBenchmark {
  private static final int BASIS_SIZE = 3;

  /** Elements of an example of the first stage, halved from stage to stage. */
  private static final int ELEMENTS = 65536;

  private static final int CHANNELS = 64;

  @Param({"64", "128", "256", "512"})
  public int channels;

  @Param({"32", "128"})
  public int batch;

  private LayerNormalization layer;
  private NormalizationOperators operators;
  private Mixture parameters;
  private Moments moments;
  private MixtureGradients gradients;
  private Tensor input;
  private Tensor output;
  private Tensor outputGradient;
  private Tensor inputGradient;
  private double forwardIdeal;
  private double backwardIdeal;

  @Override
  void prepare(Workbench bench) {
    layer = new LayerNormalization(channels, ELEMENTS / channels / (channels / CHANNELS), 1e-5);
    operators = bench.operators().normalization();
    Shape basis = layer.channelShape().under(BASIS_SIZE);
    parameters =
        new Mixture(
            bench.normal(Shape.of(batch, BASIS_SIZE)), bench.normal(basis), bench.normal(basis));
    moments =
        new Moments(bench.empty(layer.momentShape(batch)), bench.empty(layer.momentShape(batch)));
    gradients = new MixtureGradients(bench.empty(basis), bench.empty(basis));
    Shape images = Shape.of(batch, channels, layer.positions());
    input = bench.normal(images);
    output = bench.empty(images);
    outputGradient = bench.normal(images);
    inputGradient = bench.empty(images);
    operators.forward(layer, parameters, input, output, moments);
    forwardIdeal = ideal("forward", Work.of(0, images, images));
    backwardIdeal = ideal("backward", Work.of(0, images, images, images));
  }

  @Benchmark
  public void forward(OverIdeal overIdeal) {
    operators.forward(layer, parameters, input, output, moments);
    done(overIdeal, forwardIdeal);
  }

  @Benchmark
  public void backward(OverIdeal overIdeal) {
    operators.backward(layer, parameters, input, moments, outputGradient, inputGradient, gradients);
    done(overIdeal, backwardIdeal);
  }
}
