package io.loxodrome.bench;

import io.loxodrome.ops.ImageOperators;
import io.loxodrome.ops.NoiseSource;
import io.loxodrome.ops.Normalization;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Rotated and noisy images, 3 x 32 x 32. */
@SuppressWarnings("NullAway.Init") // prepare comes before anything else
public class ImageBenchmark extends OperatorBenchmark {
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));

  private static final NoiseSource NOISE = new NoiseSource(1, 0);

  @Param({"32", "128", "512"})
  public int batch;

  private ImageOperators operators;
  private Tensor images;
  private Tensor indices;
  private Tensor turns;
  private Tensor shrinks;
  private Tensor output;
  private double rotateIdeal;
  private double addNoiseIdeal;

  @Override
  void prepare(Workbench bench) {
    operators = bench.operators().image();
    images = bench.bytes(Batch.IMAGE.under(batch));
    indices = bench.numbers(batch);
    turns = bench.uniform(Shape.of(batch));
    shrinks = bench.ones(Shape.of(batch));
    output = bench.normal(Batch.IMAGE.under(batch));
    double stored = images.size() * ElementType.UINT8.bytes();
    Work written = Work.of(0, output.shape());
    rotateIdeal = ideal("rotate", new Work(0, written.bytes() + stored));
    addNoiseIdeal = ideal("addNoise", Work.of(0, output.shape(), output.shape()));
  }

  @Benchmark
  public void rotate(OverIdeal overIdeal) {
    operators.rotate(images, indices, turns, shrinks, NORMALIZATION, output);
    done(overIdeal, rotateIdeal);
  }

  @Benchmark
  public void addNoise(OverIdeal overIdeal) {
    operators.addNoise(output, turns, NOISE);
    done(overIdeal, addNoiseIdeal);
  }
}
