package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.MatrixProducts;
import io.loxodrome.cuda.Stream;
import io.loxodrome.ops.CheckedOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.OperatorSet;
import io.loxodrome.ops.Operators;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ops.Recording;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CUDA device, single precision: operators return before their work is done, in the order of one
 * stream.
 */
public final class CudaDevice implements Device {
  private static final long MOST_TILE_BYTES = 1L << 28;

  private final String name;
  private final PlanChoice plans;
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final Constants constants;
  private final CudaUpdate update;
  private final Operators operators;

  /**
   * A device over a driver and its libraries, all of which it closes.
   *
   * @param name what it opens under
   * @param convolutions null where there is no library for them: convolutions become products of
   *     matrices then
   * @param arithmetic of both, which costs are predicted for
   * @param plans who decides how layers are applied
   */
  public CudaDevice(
      String name,
      Driver driver,
      MatrixProducts products,
      @Nullable Convolutions convolutions,
      Arithmetic arithmetic,
      PlanChoice plans) {
    this(name, driver, products, convolutions, arithmetic, plans, MOST_TILE_BYTES);
  }

  /**
   * A device that unfolds as many images, and mixes the weights of as many examples at a time, as
   * fit so many bytes, one at least.
   */
  CudaDevice(
      String name,
      Driver driver,
      MatrixProducts products,
      @Nullable Convolutions convolutions,
      Arithmetic arithmetic,
      PlanChoice plans,
      long mostTileBytes) {
    this.name = name;
    this.plans = plans;
    Stream stream = driver.createStream();
    Kernels kernels = new Kernels(driver);
    DeviceMemory memory = new DeviceMemory(driver, stream);
    this.constants = new Constants(driver, memory);
    Ones ones = new Ones(constants, new Elementwise(kernels), stream);
    this.transfers = new HostTransfers(driver, stream);
    this.resources =
        new CudaResources(
            driver, stream, kernels, products, convolutions, memory, ones, mostTileBytes);
    this.update = new CudaUpdate(resources, transfers);
    CudaCosts costs = new CudaCosts(driver.device(), arithmetic, convolutions != null);
    this.operators =
        CheckedOperators.over(
            this,
            this::owns,
            new OperatorSet(
                new CudaMixing(resources),
                new CudaLinear(resources, transfers, plans, costs),
                new CudaConvolution(this, resources, transfers, constants, plans, costs),
                new CudaPooling(resources),
                new CudaNormalization(resources),
                new CudaElementwise(resources),
                new CudaLoss(resources),
                update,
                new CudaMetric(resources, transfers, constants),
                new CudaImage(resources, transfers, constants)));
  }

  private boolean owns(Memory block) {
    resources.memory().requireOpen();
    return block instanceof CudaMemory own && own.isOf(resources.memory());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    Convolutions convolutions = resources.convolutions();
    return "%s, %s, %s"
        .formatted(
            resources.driver().device().name(),
            resources.products().description(),
            convolutions == null ? "convolutions as matrix products" : convolutions.description());
  }

  @Override
  public ElementType realType() {
    return ElementType.FLOAT32;
  }

  @Override
  public Tensor allocate(ElementType type, Shape shape) {
    long bytes = Math.multiplyExact(shape.size(), type.bytes());
    return Tensor.over(CudaMemory.take(resources.memory(), transfers, bytes), type, shape);
  }

  @Override
  public Operators operators() {
    resources.memory().requireOpen();
    return operators;
  }

  /**
   * Parts become CUDA graphs from the second round on; but they are called every time where layers
   * are to be applied by SPANS or SHARED, which read coefficients and so wait for the device. Where
   * the device chooses plans it never chooses those two within a recording.
   */
  @Override
  public Recording record(List<Runnable> parts) {
    resources.memory().requireOpen();
    boolean waits =
        plans instanceof PlanChoice.Forced forced && LayerPlans.readsCoefficients(forced.plan());
    return waits ? Device.super.record(parts) : new CudaRecording(resources, parts);
  }

  @Override
  public long bytesInUse() {
    return resources.memory().bytesInUse();
  }

  @Override
  public long peakBytes() {
    return resources.memory().peakBytes();
  }

  /**
   * Waits for all work and gives everything back.
   *
   * @throws io.loxodrome.cuda.CudaException if some of the work failed; all is given back even so
   */
  @Override
  public void close() {
    if (!resources.memory().isOpen()) {
      return;
    }
    try {
      resources.driver().synchronize(resources.stream());
    } finally {
      giveBack();
    }
  }

  private void giveBack() {
    update.close();
    constants.close();
    transfers.close();
    resources.memory().close();
    Convolutions convolutions = resources.convolutions();
    if (convolutions != null) {
      convolutions.close();
    }
    resources.products().close();
    resources.kernels().close();
    resources.driver().destroy(resources.stream());
    resources.driver().close();
  }
}
