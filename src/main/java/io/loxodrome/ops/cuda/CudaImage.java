package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.cuda.ImageTransform;
import io.loxodrome.ops.ImageOperators;
import io.loxodrome.ops.NoiseSource;
import io.loxodrome.ops.Normalization;
import io.loxodrome.ops.Values;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** From stored bytes to a network's input, on the device. */
final class CudaImage implements ImageOperators {
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final Constants constants;
  private final ImageTransform kernels;
  private final Map<Normalization, Long> normalizations = new HashMap<>();

  CudaImage(CudaResources resources, HostTransfers transfers, Constants constants) {
    this.resources = resources;
    this.transfers = transfers;
    this.constants = constants;
    this.kernels = new ImageTransform(resources.kernels());
  }

  @Override
  public void rotate(
      Tensor images,
      Tensor indices,
      Tensor turns,
      Tensor shrinks,
      Normalization normalization,
      Tensor output) {
    Shape stored = images.shape();
    Values.requireBelow("indices", indices.toInts(), stored.dimension(0));
    Values.requireFinite("turns", turns.toDoubles());
    Values.requireWithin("shrinks", shrinks.toDoubles(), LEAST_SHRINK, MOST_SHRINK);
    if (output.size() == 0) {
      return;
    }
    kernels.rotate(
        new ImageTransform.Shape(
            stored.dimension(0),
            indices.size(),
            stored.dimension(1),
            stored.dimension(2),
            stored.dimension(3)),
        CudaMemory.source(images),
        CudaMemory.source(indices),
        CudaMemory.source(turns),
        CudaMemory.source(shrinks),
        normalizations.computeIfAbsent(normalization, this::upload),
        CudaMemory.target(output),
        resources.stream());
  }

  private long upload(Normalization normalization) {
    float[] pairs =
        ImageTransform.normalization(
            doubles(normalization.mean()), doubles(normalization.deviation()));
    ByteBuffer bytes =
        ByteBuffer.allocate(pairs.length * Float.BYTES).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(pairs);
    long address = constants.floats(pairs.length, "a new normalization came");
    transfers.write(bytes, address);
    return address;
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public void addNoise(Tensor x, Tensor amounts, NoiseSource noise) {
    Values.requireWithin("amounts", amounts.toDoubles(), 0, 1);
    kernels.addNoise(
        amounts.size(),
        x.shape().rowSize(),
        new ImageTransform.Noise(CudaMemory.source(amounts), noise.seed(), noise.firstStream()),
        CudaMemory.target(x),
        resources.stream());
  }
}
