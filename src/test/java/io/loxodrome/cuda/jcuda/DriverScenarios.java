package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.cuda.Event;
import io.loxodrome.cuda.Graph;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.KernelModule;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.cuda.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUstream;

/** What {@link JCudaDriverTest} does in processes whose libcuda.so.1 is the stub. */
final class DriverScenarios {
  private static final String PTX = ".version 6.3\n.target sm_75\n// mix reduce\n";

  /** By name. */
  static final Map<String, Runnable> ALL =
      Map.ofEntries(
          Map.entry("device", DriverScenarios::device),
          Map.entry("memory", DriverScenarios::memory),
          Map.entry("arrays", DriverScenarios::arrays),
          Map.entry("pool", DriverScenarios::pool),
          Map.entry("noPool", DriverScenarios::noPool),
          Map.entry("launch", DriverScenarios::launch),
          Map.entry("modules", DriverScenarios::modules),
          Map.entry("events", DriverScenarios::events),
          Map.entry("graph", DriverScenarios::graph),
          Map.entry("outOfMemory", DriverScenarios::outOfMemory),
          Map.entry("lostContext", DriverScenarios::lostContext),
          Map.entry("attached", DriverScenarios::attached),
          Map.entry("twoContexts", DriverScenarios::twoContexts),
          Map.entry("close", DriverScenarios::close),
          Map.entry("natives", DriverScenarios::natives));

  private DriverScenarios() {}

  /** Runs the named one; silent if it holds. */
  public static void main(String[] names) {
    for (String name : names) {
      Objects.requireNonNull(ALL.get(name), name).run();
    }
  }

  /** What the stubs wrote down so far. */
  static List<String> log() {
    Path file = Path.of(System.getenv("STUB_LOG"));
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuffer direct(int... values) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(values.length).order(ByteOrder.nativeOrder());
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static byte[] read(JCudaDriver driver, long address, int count) {
    ByteBuffer target = ByteBuffer.allocateDirect(count);
    driver.read(address, target, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    assertThat(target.remaining()).isZero();
    return bytes(target.flip());
  }

  private static void device() {
    try (JCudaDriver driver = JCudaDriver.open(1)) {
      assertThat(driver.device())
          .isEqualTo(
              new DeviceProperties("Stub 1", 9, 0, 132, 1024, 49152, 2147483647, 65535, 65534));
      assertThat(driver.bytesLeft()).isEqualTo(1L << 30);
    }
    assertThat(log()).contains("cuCtxCreate flags 0 device 1");
    assertThatThrownBy(() -> JCudaDriver.open(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no device 2 to be used, known are [0, 1]");
  }

  private static void memory() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long left = driver.bytesLeft();
      long first = driver.allocate(8);
      long second = driver.allocate(8);
      assertThat(first % 256).isZero();
      ByteBuffer source = direct(9, 1, 2, 3, 4, 9);
      source.position(1).limit(5);
      driver.write(source, first + 2, Stream.DEFAULT);
      assertThat(source.position()).isEqualTo(5);
      driver.copy(first + 2, second + 4, 4, Stream.DEFAULT);
      driver.fill(second, (byte) -7, 4, Stream.DEFAULT);
      driver.fill(second, (byte) 0, 0, Stream.DEFAULT);
      assertThat(read(driver, second, 8)).containsExactly(-7, -7, -7, -7, 1, 2, 3, 4);

      ByteBuffer host = driver.allocateHost(4);
      assertThat(host.order()).isEqualTo(ByteOrder.nativeOrder());
      assertThat(host.isDirect()).isTrue();
      driver.read(second + 3, host.position(1).limit(3), Stream.DEFAULT);
      assertThat(host.position()).isEqualTo(3);
      assertThat(host.get(1)).isEqualTo((byte) -7);
      assertThat(host.get(2)).isEqualTo((byte) 1);
      driver.freeHost(host);
      assertThatThrownBy(() -> driver.freeHost(host))
          .isInstanceOf(CudaException.class)
          .hasMessageMatching("host memory 0x\\p{XDigit}+ is not this driver's, or .*");

      assertThat(driver.bytesLeft()).isEqualTo(left - 16);
      driver.free(first);
      driver.free(second);
      assertThat(driver.bytesLeft()).isEqualTo(left);
      assertThatThrownBy(() -> driver.free(first)).isInstanceOf(CudaException.class);
      assertThatThrownBy(() -> driver.allocate(0))
          .isInstanceOf(CudaException.class)
          .hasMessage("allocation of 0 bytes, must be at least 1");
    }
  }

  /** Java's arrays may move, so nothing may be left to be copied from or to them later. */
  private static void arrays() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long address = driver.allocate(4);
      ByteBuffer source = ByteBuffer.wrap(new byte[] {0, 5, 6, 7, 8}).position(1);
      driver.write(source, address, Stream.DEFAULT);
      assertThat(source.remaining()).isZero();
      ByteBuffer target = ByteBuffer.allocate(6).position(1).limit(5);
      driver.read(address, target, Stream.DEFAULT);
      assertThat(target.remaining()).isZero();
      assertThat(target.array()).containsExactly(0, 5, 6, 7, 8, 0);

      Stream stream = driver.createStream();
      driver.beginCapture(stream);
      assertThatThrownBy(() -> driver.write(ByteBuffer.allocate(4), address, stream))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("is capturing and cannot copy from an array of Java's");
      assertThatThrownBy(() -> driver.read(address, ByteBuffer.allocate(4), stream))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("is capturing and cannot copy to an array of Java's");
      driver.destroy(driver.endCapture(stream));
    }
  }

  private static void pool() {
    try (JCudaDriver driver = JCudaDriver.open(1)) {
      assertThat(driver.hasMemoryPools()).isTrue();
      assertThat(log())
          .contains(
              "cuMemPoolCreate type 1 handles 0 location 1 1",
              "cuMemPoolSetAttribute 4 ffffffffffffffff");
      Stream stream = driver.createStream();
      long address = driver.allocate(64, stream);
      driver.fill(address, (byte) 3, 64, stream);
      assertThat(read(driver, address, 64)).containsOnly(3);
      assertThatThrownBy(() -> driver.free(address)).isInstanceOf(CudaException.class);
      driver.beginCapture(stream);
      assertThatThrownBy(() -> driver.allocate(64, stream))
          .isInstanceOf(CudaException.class)
          .hasMessageEndingWith("is capturing and cannot change its memory");
      driver.destroy(driver.endCapture(stream));
      driver.free(address, stream);
      assertThat(log()).contains("cuMemAllocFromPoolAsync 64", "cuMemFreeAsync");
      driver.allocate(32, stream);
    }
    List<String> log = log();
    assertThat(log.subList(log.indexOf("cuMemFreeAsync") + 1, log.size()))
        .containsExactly(
            "cuMemAllocFromPoolAsync 32",
            "cuCtxSynchronize",
            "cuMemFree",
            "cuStreamDestroy",
            "cuMemPoolTrimTo 0",
            "cuMemPoolDestroy",
            "cuCtxDestroy 1");
  }

  private static void noPool() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      assertThat(driver.hasMemoryPools()).isFalse();
      assertThatThrownBy(() -> driver.allocate(64, Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessage("device 0 orders no memory by streams: it has no pools");
      assertThatThrownBy(() -> driver.free(64, Stream.DEFAULT)).isInstanceOf(CudaException.class);
    }
    assertThat(log()).noneMatch(line -> line.startsWith("cuMemPool"));
  }

  private static Arguments arguments() {
    return Arguments.of("mix")
        .int32("count", 7, 0, 9)
        .address("x", 0x1234567890L, 16)
        .float32("scale", -2.5);
  }

  private static String logged(String entry, String rest, Arguments arguments) {
    return "cuLaunchKernel " + entry + rest + HexFormat.of().formatHex(bytes(arguments.bytes()));
  }

  private static void launch() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      KernelModule module = driver.load("mix.ptx", PTX);
      Kernel mix = driver.kernel(module, "mix");
      Kernel reduce = driver.kernel(module, "reduce");
      Stream stream = driver.createStream();
      LaunchShape large = new LaunchShape(2147483647L, 3, 4, 256, 1024);
      driver.launch(mix, large, arguments(), stream);
      Arguments one = Arguments.of("reduce").bits64(-1);
      driver.launch(reduce, LaunchShape.row(5, 32), one, Stream.DEFAULT);
      assertThat(log())
          .contains(
              logged(
                  "mix", " grid 2147483647 3 4 block 256 1 1 shared 1024 stream 1 ", arguments()),
              logged("reduce", " grid 5 1 1 block 32 1 1 shared 0 stream 0 ", one));
    }
  }

  private static void modules() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      KernelModule module = driver.load("mix.ptx", PTX);
      assertThatThrownBy(() -> driver.kernel(module, "absent"))
          .isInstanceOf(CudaException.class)
          .hasMessage(
              "look-up of kernel absent in mix.ptx on device 0: CUDA_ERROR_NOT_FOUND (as the stub"
                  + " says it)");
      assertThatThrownBy(() -> driver.load("broken.ptx", PTX + "refuse me"))
          .isInstanceOf(CudaException.class)
          .hasMessage(
              "load of broken.ptx (PTX .version 6.3, .target sm_75; the driver offers CUDA 12.4;"
                  + " its compiler says: error log of 8192\ninfo log of 8192) on device 0:"
                  + " CUDA_ERROR_INVALID_PTX (as the stub says it)");
      driver.unload(module);
      assertThatThrownBy(() -> driver.unload(module)).isInstanceOf(CudaException.class);
    }
    assertThat(log()).contains("cuModuleLoadDataEx " + PTX.length() + " characters");
    assertThat(log().stream().filter("cuModuleUnload"::equals)).hasSize(1);
  }

  private static void events() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      Stream stream = driver.createStream();
      Event event = driver.createEvent();
      assertThat(driver.isDone(event)).isTrue();
      driver.record(event, stream);
      assertThat(driver.isDone(event)).isFalse();
      assertThat(driver.isDone(event)).isTrue();
      driver.record(event, stream);
      driver.await(event, Stream.DEFAULT);
      driver.await(event, stream);
      driver.synchronize(event);
      assertThat(driver.isDone(event)).isTrue();
      driver.destroy(event);
      assertThatThrownBy(() -> driver.destroy(event)).isInstanceOf(CudaException.class);
      driver.destroy(stream);
      assertThatThrownBy(() -> driver.destroy(Stream.DEFAULT)).isInstanceOf(CudaException.class);
    }
    assertThat(log())
        .contains(
            "cuStreamCreate flags 1",
            "cuEventCreate flags 2",
            "cuStreamWaitEvent 0 1 flags 0",
            "cuStreamWaitEvent 1 1 flags 0");
  }

  private static void graph() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      Kernel mix = driver.kernel(driver.load("mix.ptx", PTX), "mix");
      Stream stream = driver.createStream();
      long first = driver.allocate(4);
      long second = driver.allocate(4);
      driver.fill(second, (byte) 1, 4, stream);
      driver.beginCapture(stream);
      driver.fill(first, (byte) 8, 4, stream);
      driver.copy(first, second, 4, stream);
      driver.launch(mix, LaunchShape.row(2, 64), arguments(), stream);
      long third = driver.allocate(4);
      driver.free(third);
      assertThatThrownBy(() -> driver.beginCapture(stream)).isInstanceOf(CudaException.class);
      Graph graph = driver.endCapture(stream);
      assertThat(read(driver, second, 4)).containsOnly(1);
      driver.launch(mix, LaunchShape.row(1, 32), Arguments.of("mix").bits64(0), Stream.DEFAULT);
      driver.launch(graph, stream);
      assertThat(read(driver, second, 4)).containsOnly(8);
      driver.fill(first, (byte) 0, 4, stream);
      driver.launch(graph, stream);
      assertThat(read(driver, second, 4)).containsOnly(8);
      driver.destroy(graph);
      assertThatThrownBy(() -> driver.endCapture(stream))
          .isInstanceOf(CudaException.class)
          .hasMessage("end of a capture on device 0: status 900");
    }
    String launch = logged("mix", " grid 2 1 1 block 64 1 1 shared 0 stream 1 ", arguments());
    assertThat(log().stream().filter(launch::equals)).hasSize(2);
    assertThat(log())
        .contains(
            "cuStreamBeginCapture mode 2",
            "cuGraphInstantiate flags 0 nodes 3",
            "cuGraphDestroy",
            "cuGraphExecDestroy");
  }

  private static void outOfMemory() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long held = driver.allocate(600);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> driver.allocate(500))
            .isInstanceOf(OutOfMemoryException.class)
            .hasMessageContainingAll("Stub 0", "500", "400");
        assertThatThrownBy(() -> driver.allocate(500, Stream.DEFAULT))
            .isInstanceOf(OutOfMemoryException.class)
            .hasMessageContainingAll("Stub 0", "500", "400");
      }
      assertThat(log()).contains("cuMemPoolTrimTo 0");
      driver.free(held);
      driver.free(driver.allocate(1000));
    }
  }

  private static void lostContext() {
    JCudaDriver driver = JCudaDriver.open(0);
    long address = driver.allocate(4);
    ByteBuffer host = driver.allocateHost(4);
    Stream stream = driver.createStream();
    Event event = driver.createEvent();
    KernelModule module = driver.load("mix.ptx", PTX);
    driver.beginCapture(stream);
    Graph graph = driver.endCapture(stream);
    String first =
        "wait for a stream on device 0: CUDA_ERROR_ILLEGAL_ADDRESS (as the stub says it)";
    assertThatThrownBy(() -> driver.synchronize(stream))
        .isInstanceOf(CudaException.class)
        .hasMessage(
            first
                + "; work runs behind the calls that start it, so an earlier launch may be the"
                + " cause: run with CUDA_LAUNCH_BLOCKING=1, or under compute-sanitizer, to see"
                + " which");
    String lost = "the context of device 0 was lost: " + first + "; open the device again";
    assertThatThrownBy(() -> driver.synchronize(stream)).hasMessage(lost);
    assertThatThrownBy(() -> driver.allocate(4)).hasMessage(lost);
    assertThatThrownBy(() -> driver.isDone(event)).hasMessage(lost);
    driver.free(address);
    driver.freeHost(host);
    driver.destroy(event);
    driver.destroy(graph);
    driver.unload(module);
    driver.destroy(stream);
    driver.close();
    driver.close();
    assertThat(log()).endsWith("cuCtxDestroy 1");
  }

  private static void attached() {
    assertThat(CudaLookup.result().devices()).containsExactly(0, 1);
    assertThatThrownBy(JCudaDriver::attached)
        .isInstanceOf(CudaException.class)
        .hasMessage("no CUDA context is current on this thread");
    CUcontext theirs = new CUcontext();
    CUdevice device = new CUdevice();
    jcuda.driver.JCudaDriver.cuDeviceGet(device, 1);
    jcuda.driver.JCudaDriver.cuCtxCreate(theirs, 0, device);
    CUstream theirStream = new CUstream();
    jcuda.driver.JCudaDriver.cuStreamCreate(theirStream, 1);
    Stream named = new Stream(Handles.of(theirStream));
    try (JCudaDriver driver = JCudaDriver.attached()) {
      assertThat(driver.device().name()).isEqualTo("Stub 1");
      long address = driver.allocate(4);
      driver.fill(address, (byte) 6, 4, named);
      driver.synchronize(named);
      assertThat(read(driver, address, 4)).containsOnly(6);
      assertThatThrownBy(() -> driver.destroy(named)).isInstanceOf(CudaException.class);
    }
    assertThat(jcuda.driver.JCudaDriver.cuStreamSynchronize(theirStream)).isZero();
    assertThat(log())
        .contains("cuMemAlloc 4 in context 1", "cuMemFree", "cuMemPoolDestroy")
        .doesNotContain("cuStreamDestroy")
        .noneMatch(line -> line.startsWith("cuCtxDestroy"));
  }

  private static void twoContexts() {
    try (JCudaDriver first = JCudaDriver.open(0);
        JCudaDriver second = JCudaDriver.open(1)) {
      first.allocate(1);
      second.allocate(2);
      first.allocate(3);
      assertThat(first.device().name()).isEqualTo("Stub 0");
      assertThat(second.device().name()).isEqualTo("Stub 1");
    }
    assertThat(log())
        .contains(
            "cuMemAlloc 1 in context 1", "cuMemAlloc 2 in context 2", "cuMemAlloc 3 in context 1");
  }

  private static void close() {
    JCudaDriver driver = JCudaDriver.open(0);
    long address = driver.allocate(4);
    driver.allocateHost(4);
    driver.load("mix.ptx", PTX);
    Stream stream = driver.createStream();
    driver.createEvent();
    driver.beginCapture(stream);
    driver.endCapture(stream);
    int before = log().size();
    driver.close();
    driver.close();
    assertThat(log().subList(before, log().size()))
        .containsExactly(
            "cuCtxSynchronize",
            "cuGraphExecDestroy",
            "cuEventDestroy",
            "cuModuleUnload",
            "cuMemFree",
            "cuMemFreeHost",
            "cuStreamDestroy",
            "cuMemPoolTrimTo 0",
            "cuMemPoolDestroy",
            "cuCtxDestroy 1");
    assertThatThrownBy(() -> driver.allocate(4))
        .isInstanceOf(CudaException.class)
        .hasMessage("the driver of device 0 is closed");
    assertThatThrownBy(() -> driver.free(address)).hasMessage("the driver of device 0 is closed");
  }

  private static void natives() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    JCudaDriver.open(0).close();
    assertThat(System.getProperty("java.io.tmpdir")).isEqualTo(temporary.toString());
    try (var files = Files.walk(temporary)) {
      List<Path> all = files.toList();
      assertThat(all).filteredOn(file -> file.toString().endsWith(".part")).isEmpty();
      Path native1 =
          all.stream()
              .filter(file -> file.endsWith("libJCudaDriver-12.6.0-linux-x86_64.so"))
              .findFirst()
              .orElseThrow();
      assertThat(temporary.relativize(native1).toString())
          .matches("loxodrome-natives-\\d+/\\p{XDigit}{8}/lib.*");
      assertThat(Files.readAllLines(Path.of("/proc/self/maps")))
          .filteredOn(line -> line.contains("JCudaDriver"))
          .isNotEmpty()
          .allMatch(line -> line.endsWith(" " + native1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
