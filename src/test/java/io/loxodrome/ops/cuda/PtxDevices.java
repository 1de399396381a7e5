package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceProvider;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.ptx.PtxDriver;

/**
 * The CUDA device where there is no GPU: kernels on the executor of PTX, products and convolutions
 * by the reference. {@code ptx:products} is a poorer one: no library has convolutions, and the
 * device does not order memory by streams. A plan or {@code autotune} may stand behind either, as
 * in {@code ptx:products:shared}.
 */
public final class PtxDevices implements DeviceProvider {
  private static final long SEED = 20;

  /** So few that a batch of any size is unfolded in several tiles. */
  private static final long FEW_BYTES = 4096;

  private static final long MANY_BYTES = 1 << 28;
  private static final String PRODUCTS = "products";

  @Override
  public String name() {
    return "ptx";
  }

  /** Never what auto takes. */
  @Override
  public int priority() {
    return Integer.MIN_VALUE;
  }

  @Override
  public Availability availability() {
    return new Availability(true, "an executor of PTX on this processor");
  }

  @Override
  public Device open(String argument) {
    PtxDriver driver = new PtxDriver(SEED);
    return open(argument.startsWith(PRODUCTS) ? driver.withoutMemoryPools() : driver, argument);
  }

  /** A device over a driver that the caller wants to look at. */
  static CudaDevice open(PtxDriver driver, String argument) {
    boolean onlyProducts = argument.startsWith(PRODUCTS);
    String plan = onlyProducts ? argument.substring(PRODUCTS.length()) : argument;
    return new CudaDevice(
        argument.isEmpty() ? "ptx" : "ptx:" + argument,
        driver,
        new ReferenceProducts(driver),
        onlyProducts ? null : new ReferenceConvolutions(driver),
        Arithmetic.FLOAT32,
        plans(plan.startsWith(":") ? plan.substring(1) : plan),
        onlyProducts ? FEW_BYTES : MANY_BYTES);
  }

  private static PlanChoice plans(String option) {
    return option.isEmpty()
        ? PlanChoice.Rule.PREDICTED
        : PlanChoice.parse(option)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "device ptx takes products or nothing, then "
                            + PlanChoice.OPTIONS
                            + " or nothing"));
  }
}
