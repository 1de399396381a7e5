package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.MatrixProducts;
import io.loxodrome.cuda.jcuda.CublasProducts;
import io.loxodrome.cuda.jcuda.CudaLookup;
import io.loxodrome.cuda.jcuda.CudnnConvolutions;
import io.loxodrome.cuda.jcuda.JCudaDriver;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.DeviceProvider;
import io.loxodrome.ops.DeviceUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Offers CUDA's devices where NVIDIA's driver and cuBLAS are found. */
public final class CudaProvider implements DeviceProvider {
  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return 20;
  }

  @Override
  public Availability availability() {
    CudaLookup found = CudaLookup.result();
    return new Availability(found.works(), found.works() ? found.summary() : found.reason());
  }

  @Override
  public List<Finding> findings() {
    return CudaLookup.result().findings().stream()
        .map(finding -> new Finding(finding.what(), finding.works(), finding.detail()))
        .toList();
  }

  @Override
  public Device open(String argument) {
    CudaChoice choice = CudaChoice.parse(argument, CudaLookup.result().devices().get(0));
    String name = argument.isEmpty() ? name() : name() + ":" + argument;
    try {
      return open(name, choice);
    } catch (CudaException e) {
      throw new DeviceUnavailableException(
          "device %s cannot be opened: %s".formatted(name, e.getMessage()));
    }
  }

  private static Device open(String name, CudaChoice choice) {
    JCudaDriver driver = JCudaDriver.open(choice.device());
    try {
      MatrixProducts products = new CublasProducts(driver, choice.arithmetic());
      return new CudaDevice(
          name,
          driver,
          products,
          convolutions(driver, choice),
          choice.arithmetic(),
          choice.plans());
    } catch (RuntimeException | Error e) {
      driver.close();
      throw e;
    }
  }

  private static @Nullable Convolutions convolutions(JCudaDriver driver, CudaChoice choice) {
    return CudaLookup.result().hasConvolutions()
        ? new CudnnConvolutions(
            driver, choice.arithmetic(), choice.algorithms(), CudnnConvolutions.WORKSPACE_BYTES)
        : null;
  }
}
