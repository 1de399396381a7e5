package io.loxodrome.bench;

import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Graph;
import io.loxodrome.cuda.Kernels;
import io.loxodrome.cuda.Stream;
import io.loxodrome.cuda.jcuda.JCudaDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How near the kernels that memory bounds come to a copy, on a GPU: a table in Markdown.
 *
 * <pre>{@code java -cp ... io.loxodrome.bench.CudaKernels}</pre>
 *
 * <p>Each kernel takes turns with a copy that moves as many bytes. A turn is many launches in a
 * row, as one CUDA graph, on one set of arrays after the other, so many that none is still in the
 * cache when its turn comes again. Times are wall-clock times of a turn over its launches.
 */
public final class CudaKernels {
  /** More than five times the largest second-level cache there is, 60 MB on an H200. */
  private static final long ROTATED_BYTES = 5L * (64 << 20);

  private static final int LAUNCHES = 100;
  private static final int TURNS = 15;
  private static final int WARM_UP_TURNS = 2;

  private final Driver driver;
  private final Stream stream;

  private CudaKernels(Driver driver) {
    this.driver = driver;
    this.stream = driver.createStream();
  }

  /**
   * Measures on device 0.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    try (Driver driver = JCudaDriver.open(0);
        Kernels kernels = new Kernels(driver);
        KernelCatalogue catalogue = new KernelCatalogue(kernels)) {
      CudaKernels benchmark = new CudaKernels(driver);
      System.out.println(driver.device().name());
      System.out.println();
      System.out.println("| kernel | shape | MB | microseconds | GB/s | copy GB/s | share |");
      System.out.println("|---|---|---|---|---|---|---|");
      for (KernelWork work : catalogue.all()) {
        System.out.println(benchmark.row(work, catalogue.copy(work.bytes())));
      }
      driver.destroy(benchmark.stream);
    }
  }

  private String row(KernelWork work, KernelWork copy) {
    Timings times = new Timings("kernel");
    Timings copyTimes = new Timings("copy");
    try (DeviceArrays arrays = new DeviceArrays(driver)) {
      Graph launches = graph(launches(work, arrays));
      Graph copies = graph(launches(copy, arrays));
      for (int i = 0; i < WARM_UP_TURNS; i++) {
        turn(launches);
        turn(copies);
      }
      for (int i = 0; i < TURNS; i++) {
        copyTimes.addNanoseconds(turn(copies));
        times.addNanoseconds(turn(launches));
      }
      driver.destroy(launches);
      driver.destroy(copies);
    }
    double microseconds = 1e3 * times.median() / LAUNCHES;
    double rate = work.bytes() / microseconds / 1e3;
    double copyRate = copy.bytes() / (1e3 * copyTimes.median() / LAUNCHES) / 1e3;
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.1f | %.1f | %.0f | %.0f | %.2f |",
        work.name(),
        work.shape(),
        work.bytes() / 1e6,
        microseconds,
        rate,
        copyRate,
        rate / copyRate);
  }

  private static List<KernelWork.Launch> launches(KernelWork work, DeviceArrays arrays) {
    List<KernelWork.Launch> launches = new ArrayList<>();
    // The bytes moved may count an array twice, that which is read and written.
    for (long bytes = 0; bytes < 2 * ROTATED_BYTES || launches.size() < 2; bytes += work.bytes()) {
      launches.add(work.setUp().apply(arrays));
    }
    return launches;
  }

  /** A turn's launches, so that a turn takes no longer than they do. */
  private Graph graph(List<KernelWork.Launch> launches) {
    driver.synchronize(Stream.DEFAULT);
    launches.get(0).on(stream); // loads the kernel
    driver.synchronize(stream);
    driver.beginCapture(stream);
    for (int i = 0; i < LAUNCHES; i++) {
      launches.get(i % launches.size()).on(stream);
    }
    return driver.endCapture(stream);
  }

  private long turn(Graph graph) {
    driver.synchronize(stream);
    long start = System.nanoTime();
    driver.launch(graph, stream);
    driver.synchronize(stream);
    return System.nanoTime() - start;
  }
}
