package io.loxodrome.ops.cpu;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** oneDNN as a library: loaded once, one engine, errors as exceptions. */
final class OneDnn {
  private static final List<String> STATUS =
      List.of(
          "success",
          "out of memory",
          "invalid arguments",
          "unimplemented",
          "last implementation reached",
          "run-time error",
          "not required",
          "invalid graph",
          "invalid graph operation",
          "invalid shape",
          "invalid data type");

  private OneDnn() {}

  /** Loads on first use, so that asking whether the library is there is a matter of touching it. */
  private static final class Loaded {
    static final dnnl_engine ENGINE = new dnnl_engine();
    static final List<OpenMp> OPEN_MP;

    static {
      Loader.load(dnnl.class);
      check(dnnl.dnnl_engine_create(ENGINE, dnnl.dnnl_cpu, 0), "create a CPU engine");
      OPEN_MP = openMpLibraries().stream().map(path -> Native.load(path, OpenMp.class)).toList();
    }

    private Loaded() {}
  }

  /** The OpenMP functions needed: the number of threads is a property of the calling thread. */
  private interface OpenMp extends Library {
    @SuppressWarnings("checkstyle:methodname") // the name in the library
    void omp_set_num_threads(int count);

    @SuppressWarnings("checkstyle:methodname") // the name in the library
    int omp_get_max_threads();
  }

  /**
   * Every libgomp in the process. Where another library brought one of its own, which of them
   * oneDNN is bound to depends on the order they were loaded in; the number of threads is the
   * calling thread's own in each, so setting it in all of them disturbs nobody.
   */
  private static List<String> openMpLibraries() {
    try {
      List<String> paths =
          Files.readAllLines(Path.of("/proc/self/maps")).stream()
              .filter(line -> line.contains("/libgomp"))
              .map(line -> line.substring(line.indexOf('/')))
              .distinct()
              .toList();
      if (paths.isEmpty()) {
        throw new UnsatisfiedLinkError("oneDNN was loaded without libgomp");
      }
      return paths;
    } catch (IOException e) {
      throw new UnsatisfiedLinkError("cannot list the loaded libraries: " + e.getMessage());
    }
  }

  static dnnl_engine engine() {
    return Loaded.ENGINE;
  }

  /** Makes oneDNN calls from this thread run on this thread alone, from now on. */
  static void runSingleThreaded() {
    Loaded.OPEN_MP.forEach(library -> library.omp_set_num_threads(1));
  }

  /**
   * Runs work whose oneDNN calls run on this thread alone; others' OpenMP calls are not changed.
   */
  static void singleThreaded(Runnable work) {
    int[] threads = Loaded.OPEN_MP.stream().mapToInt(OpenMp::omp_get_max_threads).toArray();
    runSingleThreaded();
    try {
      work.run();
    } finally {
      for (int i = 0; i < threads.length; i++) {
        Loaded.OPEN_MP.get(i).omp_set_num_threads(threads[i]);
      }
    }
  }

  static dnnl_stream newStream() {
    dnnl_stream stream = new dnnl_stream();
    check(
        dnnl.dnnl_stream_create(stream, engine(), dnnl.dnnl_stream_default_flags),
        "create a stream");
    return stream;
  }

  static void destroy(dnnl_stream stream) {
    check(dnnl.dnnl_stream_destroy(stream), "destroy a stream");
  }

  /** Version and instruction set, for example {@code oneDNN 3.11.0, avx512_core}. */
  static String description() {
    engine();
    dnnl_version_t version = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d, %s"
        .formatted(version.major(), version.minor(), version.patch(), instructionSet());
  }

  private static String instructionSet() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    for (dnnl.cpu_isa known : dnnl.cpu_isa.values()) {
      if (known.value == isa) {
        return known.name();
      }
    }
    return "instruction set 0x" + Integer.toHexString(isa);
  }

  /**
   * Turns a failed call into an exception.
   *
   * @param operation what was tried, after "cannot"
   */
  static void check(int status, String operation) {
    if (status != dnnl.dnnl_success) {
      String reason = status < STATUS.size() ? STATUS.get(status) : "status " + status;
      throw new IllegalStateException("oneDNN cannot " + operation + ": " + reason);
    }
  }
}
