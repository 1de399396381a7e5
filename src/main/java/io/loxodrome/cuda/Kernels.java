package io.loxodrome.cuda;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernels that ship with the library, on one driver: each file is loaded when a kernel of it is
 * first asked for, and kept.
 */
public final class Kernels implements AutoCloseable {
  private final Driver driver;
  private final Map<KernelFile, KernelModule> modules = new EnumMap<>(KernelFile.class);
  private final Map<String, Kernel> kernels = new HashMap<>();

  /** Loads nothing yet. The driver is not closed with this. */
  public Kernels(Driver driver) {
    this.driver = driver;
  }

  /** The driver they run on. */
  public Driver driver() {
    return driver;
  }

  /** What the grids of launches are sized by. */
  DeviceProperties device() {
    return driver.device();
  }

  /**
   * Launches an entry of a file.
   *
   * @param arguments made for that entry
   * @throws IllegalArgumentException if the device does not take such a shape
   * @throws CudaException if the file does not load, or the launch fails
   */
  void launch(KernelFile file, LaunchShape shape, Arguments arguments, Stream stream) {
    shape.requireWithin(driver.device(), arguments.kernel());
    driver.launch(kernel(file, arguments.kernel()), shape, arguments, stream);
  }

  private Kernel kernel(KernelFile file, String entry) {
    return kernels.computeIfAbsent(entry, name -> driver.kernel(module(file), name));
  }

  private KernelModule module(KernelFile file) {
    return modules.computeIfAbsent(file, key -> driver.load(key.fileName(), key.ptx()));
  }

  /** Unloads what was loaded. */
  @Override
  public void close() {
    modules.values().forEach(driver::unload);
    modules.clear();
    kernels.clear();
  }
}
