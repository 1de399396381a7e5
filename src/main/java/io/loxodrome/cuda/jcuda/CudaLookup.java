package io.loxodrome.cuda.jcuda;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What of CUDA is here: NVIDIA's driver, devices, cuBLAS, and cuDNN, which convolutions can do
 * without. Looked for once in a process, because a native library that failed to load is not tried
 * again by JCuda.
 */
public final class CudaLookup {
  private static final class Once {
    static final CudaLookup RESULT = new LookupSteps().run();

    private Once() {}
  }

  private final List<Finding> findings;
  private final List<Integer> devices;
  private final String reason;
  private final boolean convolutions;

  CudaLookup(List<Finding> findings, List<Integer> devices, String reason, boolean convolutions) {
    this.findings = List.copyOf(findings);
    this.devices = List.copyOf(devices);
    this.reason = reason;
    this.convolutions = convolutions;
  }

  /** What was found; the first call looks. */
  public static CudaLookup result() {
    return Once.RESULT;
  }

  /** Whether a device can be opened and has matrix products. */
  public boolean works() {
    return reason.isEmpty();
  }

  /** Why not: the first step that failed, in one line; empty if it works. */
  public String reason() {
    return reason;
  }

  /** One line for people: the devices and the libraries found. */
  public String summary() {
    return findings.stream()
        .filter(Finding::works)
        .map(Finding::detail)
        .collect(Collectors.joining("; "));
  }

  /** Every step and what it came to, in the order taken. */
  public List<Finding> findings() {
    return findings;
  }

  /** The devices that can be opened, by CUDA's numbers, in their order; empty if none. */
  public List<Integer> devices() {
    return devices;
  }

  /** Whether cuDNN was found. */
  public boolean hasConvolutions() {
    return convolutions;
  }
}
