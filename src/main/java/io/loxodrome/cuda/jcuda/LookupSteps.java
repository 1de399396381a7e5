package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.DeviceProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.JCudaDriver;

/** The look-up, step by step: each adds a finding, whatever the others came to. */
final class LookupSteps {
  /** The oldest driver cuBLAS 12 runs on: 525, the first to offer CUDA 12.0. */
  static final int OLDEST_DRIVER = 12_000;

  /** The oldest cuDNN with all that is called here. */
  static final int OLDEST_CUDNN = 8_000;

  /** The compute capability that the kernels' PTX is compiled for. */
  static final int OLDEST_MAJOR = 7;

  static final int OLDEST_MINOR = 5;

  private final List<Finding> findings = new ArrayList<>();
  private final List<Integer> devices = new ArrayList<>();
  private String reason = "";

  /** A step, which says what it found. */
  private interface Step {
    String run() throws LibraryRefusedException;
  }

  CudaLookup run() {
    if (require("driver", LookupSteps::driver)) {
      require("devices", this::devices);
    } else {
      findings.add(new Finding("devices", false, "not asked for: there is no driver to ask"));
    }
    require("cublas", LookupSteps::cublas);
    boolean convolutions = take("cudnn", LookupSteps::cudnn);
    return new CudaLookup(findings, devices, reason, convolutions);
  }

  /** Takes a step without which nothing works. */
  private boolean require(String what, Step step) {
    boolean works = take(what, step);
    if (!works && reason.isEmpty()) {
      reason = what + ": " + findings.get(findings.size() - 1).detail();
    }
    return works;
  }

  private boolean take(String what, Step step) {
    try {
      findings.add(new Finding(what, true, step.run()));
      return true;
    } catch (LibraryRefusedException e) {
      findings.add(new Finding(what, false, String.valueOf(e.getMessage())));
      return false;
    }
  }

  private static String driver() throws LibraryRefusedException {
    SharedLibrary library = open(CudaLibrary.DRIVER, "install NVIDIA's driver 525 or newer");
    String path = library.path("cuDriverGetVersion");
    int version = library.queryInt("cuDriverGetVersion");
    if (version < OLDEST_DRIVER) {
      throw new LibraryRefusedException(
          "%s offers CUDA %s, needed is %s or newer: install NVIDIA's driver 525 or newer"
              .formatted(path, cudaVersion(version), cudaVersion(OLDEST_DRIVER)));
    }
    JCudaPart.DRIVER.load();
    int status = JCudaDriver.cuInit(0);
    if (status != 0) {
      throw new LibraryRefusedException(
          "%s is there but does not start: %s".formatted(path, DriverStatus.text(status)));
    }
    return "CUDA %s, %s".formatted(cudaVersion(version), path);
  }

  private static SharedLibrary open(CudaLibrary library, String advice)
      throws LibraryRefusedException {
    SharedLibrary.requireUsable();
    try {
      return library.find();
    } catch (LibraryRefusedException e) {
      throw new LibraryRefusedException(e.getMessage() + "; " + advice, e);
    }
  }

  /** CUDA writes 12.4 as 12040. */
  static String cudaVersion(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  private String devices() throws LibraryRefusedException {
    List<String> seen = new ArrayList<>();
    try {
      for (int index = 0; index < DeviceQuery.count(); index++) {
        DeviceProperties device = DeviceQuery.properties(index);
        boolean works = isNewEnough(device);
        if (works) {
          devices.add(index);
        }
        seen.add(describe(index, device) + (works ? "" : ", which is too old"));
      }
    } catch (CudaException e) {
      throw new LibraryRefusedException(String.valueOf(e.getMessage()), e);
    }
    String list = String.join("; ", seen);
    if (devices.isEmpty()) {
      throw new LibraryRefusedException(
          (list.isEmpty() ? "the driver knows none" : list)
              + ": needed is one of compute capability %d.%d or newer"
                  .formatted(OLDEST_MAJOR, OLDEST_MINOR));
    }
    return list;
  }

  private static boolean isNewEnough(DeviceProperties device) {
    return device.major() > OLDEST_MAJOR
        || (device.major() == OLDEST_MAJOR && device.minor() >= OLDEST_MINOR);
  }

  private static String describe(int index, DeviceProperties device) {
    return String.format(
        Locale.ROOT,
        "%d: %s, compute capability %d.%d, %d multiprocessors",
        index,
        device.name(),
        device.major(),
        device.minor(),
        device.multiprocessors());
  }

  private static String cublas() throws LibraryRefusedException {
    SharedLibrary library =
        open(
            CudaLibrary.CUBLAS,
            "install CUDA 12's cuBLAS, put Maven's cuda-redist on the class path, or build forwarders"
                + " to CUDA 13 (native-build/forwarders.sh)");
    String found =
        "cuBLAS %d.%d.%d, %s"
            .formatted(
                library.queryInt("cublasGetProperty", 0),
                library.queryInt("cublasGetProperty", 1),
                library.queryInt("cublasGetProperty", 2),
                library.path("cublasGetProperty"));
    JCudaPart.CUBLAS.load();
    return found;
  }

  private static String cudnn() throws LibraryRefusedException {
    SharedLibrary library =
        open(
            CudaLibrary.CUDNN,
            "convolutions go by matrix products without it; install cuDNN 8, or as for cublas");
    int version = (int) library.function("cudnnGetVersion").invokeLong(new Object[0]);
    String path = library.path("cudnnGetVersion");
    if (version < OLDEST_CUDNN) {
      throw new LibraryRefusedException(
          "%s is cuDNN %s, needed is %s or newer"
              .formatted(path, cudnnVersion(version), cudnnVersion(OLDEST_CUDNN)));
    }
    JCudaPart.CUDNN.load();
    return "cuDNN %s, %s".formatted(cudnnVersion(version), path);
  }

  /** cuDNN writes 8.9.2 as 8902, and since version 9 9.1.2 as 90102. */
  static String cudnnVersion(int version) {
    int thousands = version < 10_000 ? 1000 : 10_000;
    return "%d.%d.%d".formatted(version / thousands, version % thousands / 100, version % 100);
  }
}
