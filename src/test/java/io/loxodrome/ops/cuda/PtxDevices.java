package io.loxodrome.ops.cuda;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceProvider;
import io.loxodrome.ptx.PtxDriver;

/**
 * The CUDA device where there is no GPU: kernels on the executor of PTX, products and convolutions
 * by the reference. {@code ptx:products} is a poorer one: no library has convolutions, and the
 * device does not order memory by streams.
 */
public final class PtxDevices implements DeviceProvider {
  private static final long SEED = 20;

  /** So few that a batch of any size is unfolded in several tiles. */
  private static final long FEW_BYTES = 4096;

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
    return open(argument.equals("products") ? driver.withoutMemoryPools() : driver, argument);
  }

  /** A device over a driver that the caller wants to look at. */
  static CudaDevice open(PtxDriver driver, String argument) {
    ReferenceProducts products = new ReferenceProducts(driver);
    return switch (argument) {
      case "" -> new CudaDevice("ptx", driver, products, new ReferenceConvolutions(driver));
      case "products" -> new CudaDevice("ptx:products", driver, products, null, FEW_BYTES);
      default -> throw new IllegalArgumentException("device ptx takes products or nothing");
    };
  }
}
