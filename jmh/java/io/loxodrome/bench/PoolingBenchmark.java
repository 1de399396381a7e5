package io.loxodrome.bench;

import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.PoolingOperators;
import io.loxodrome.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Pooling on its own, 2 x 2 on images of the first convolution's size. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class PoolingBenchmark extends OperatorBenchmark {
  private static final int CHANNELS = 32;
  private static final int SIDE = 32;
  private static final int WINDOW = 2;

  @Param({"MAX", "AVERAGE"})
  public Pooling.Kind kind;

  @Param({"32", "128", "512"})
  public int batch;

  private Pooling pooling;
  private PoolingOperators operators;
  private Tensor input;
  private Tensor output;
  private Tensor outputGradient;
  private Tensor inputGradient;
  private double forwardIdeal;
  private double backwardIdeal;

  @Override
  void prepare(Workbench bench) {
    pooling = new Pooling(kind, CHANNELS, SIDE, SIDE, WINDOW);
    operators = bench.operators().pooling();
    input = bench.normal(pooling.inputShape(batch));
    output = bench.empty(pooling.outputShape(batch));
    outputGradient = bench.normal(pooling.outputShape(batch));
    inputGradient = bench.empty(pooling.inputShape(batch));
    forwardIdeal = ideal("forward", Work.of(0, input.shape(), output.shape()));
    backwardIdeal = ideal("backward", backward());
  }

  /** The mean's gradient does not depend on the input. */
  private Work backward() {
    return switch (kind) {
      case MAX -> Work.of(0, input.shape(), outputGradient.shape(), inputGradient.shape());
      case AVERAGE -> Work.of(0, outputGradient.shape(), inputGradient.shape());
    };
  }

  @Benchmark
  public void forward(OverIdeal overIdeal) {
    operators.forward(pooling, input, output);
    done(overIdeal, forwardIdeal);
  }

  @Benchmark
  public void backward(OverIdeal overIdeal) {
    operators.backward(pooling, input, outputGradient, inputGradient);
    done(overIdeal, backwardIdeal);
  }
}
