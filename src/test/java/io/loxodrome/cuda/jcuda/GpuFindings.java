package io.loxodrome.cuda.jcuda;

/** Prints what of CUDA is on this machine, before tests that need it are run there. */
final class GpuFindings {
  private GpuFindings() {}

  /** Ends with 1 if no device can be opened. */
  public static void main(String[] arguments) {
    CudaLookup found = CudaLookup.result();
    for (Finding finding : found.findings()) {
      System.out.printf(
          "%-10s %-3s %s%n", finding.what(), finding.works() ? "yes" : "no", finding.detail());
    }
    if (!found.works()) {
      System.err.println("There is no GPU to run tests on: " + found.reason());
      System.exit(1);
    }
  }
}
