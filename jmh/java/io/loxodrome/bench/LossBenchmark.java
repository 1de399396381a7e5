package io.loxodrome.bench;

import io.loxodrome.ops.LossOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Softmax cross-entropy with its gradient. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class LossBenchmark extends OperatorBenchmark {
  @Param({"32", "128", "512"})
  public int batch;

  @Param({"10", "1000"})
  public int classes;

  private LossOperators operators;
  private Tensor logits;
  private Tensor labels;
  private Tensor losses;
  private Tensor correct;
  private Tensor logitGradient;
  private double softmaxIdeal;

  @Override
  void prepare(Workbench bench) {
    Shape examples = Shape.of(batch);
    operators = bench.operators().loss();
    logits = bench.normal(Shape.of(batch, classes));
    labels =
        bench
            .empty(ElementType.INT32, examples)
            .write(IntStream.range(0, batch).map(i -> i % classes).toArray());
    losses = bench.empty(examples);
    correct = bench.empty(ElementType.UINT8, examples);
    logitGradient = bench.empty(logits.shape());
    softmaxIdeal =
        ideal(
            "softmaxCrossEntropy",
            Work.of(0, logits.shape(), logitGradient.shape(), examples, examples));
  }

  @Benchmark
  public void softmaxCrossEntropy(OverIdeal overIdeal) {
    operators.softmaxCrossEntropy(logits, labels, losses, correct, logitGradient);
    done(overIdeal, softmaxIdeal);
  }
}
