package io.loxodrome.ptx;

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
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the driver promises besides executing instructions: memory, streams, graphs, blocks. */
@Tag("ptx")
class PtxDriverTest {
  /** array[item] += 1 */
  private static final SmallKernel INCREMENT =
      SmallKernel.of(
          "increment",
          "u64 array",
          """
            mad.wide.u32 %rd1, %item, 4, %array;
            ld.global.u32 %r1, [%rd1];
            add.u32 %r1, %r1, 1;
            st.global.u32 [%rd1], %r1;
          """);

  /** array[item] = array[item + 2^31], words */
  private static final SmallKernel FETCH_FAR =
      SmallKernel.of(
          "fetch_far",
          "u64 source, u64 target",
          """
            mad.wide.u32 %rd1, %item, 4, %source;
            mov.u64 %rd2, 8589934592;
            add.s64 %rd1, %rd1, %rd2;
            ld.global.u32 %r1, [%rd1];
            mad.wide.u32 %rd3, %item, 4, %target;
            st.global.u32 [%rd3], %r1;
          """);

  private final TestDevice device = new TestDevice(5);
  private final PtxDriver driver = device.driver();

  private static void refuses(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(CudaException.class)
        .satisfies(e -> assertThat(e).hasMessageContainingAll(parts));
  }

  private Kernel increment() {
    return driver.kernel(driver.load("small.ptx", INCREMENT.text()), INCREMENT.name());
  }

  private static Arguments increments(long address) {
    return Arguments.of("increment").address("array", address, 4);
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length);
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  private byte[] read(long address, int count) {
    ByteBuffer target = ByteBuffer.allocate(count);
    driver.read(address, target, Stream.DEFAULT);
    return target.array();
  }

  // ---- memory

  @Test
  void allocationsAreAlignedTo256BytesAndNoBetterAndLieApart() {
    List<Long> addresses = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      addresses.add(driver.allocate(i * 100L));
    }
    assertThat(addresses).allMatch(address -> address % 512 == 256).doesNotHaveDuplicates();
    refuses(() -> read(addresses.get(3) + 400, 1), "read of 1 bytes", "behind the end");
    refuses(() -> read(addresses.get(3) - 1, 1), "1 bytes before");
    refuses(() -> read(addresses.get(3) + 399, 2), "read of 2 bytes");
  }

  @Test
  void bytesInUseAreThoseNotFreed() {
    long first = driver.allocate(1000);
    long second = driver.allocateSparse(1L << 40, index -> 0);
    assertThat(driver.bytesInUse()).isEqualTo(1000 + (1L << 40));
    driver.free(second);
    driver.free(first);
    assertThat(driver.bytesInUse()).isZero();
  }

  @Test
  void variablesOfModulesAreNoLeak() {
    KernelModule module =
        driver.load(
            "variables.ptx",
            ".version 7.0\n.target sm_75\n.address_size 64\n.global .u32 counter = 5;\n");
    assertThat(driver.bytesInUse()).isZero();
    driver.unload(module);
  }

  @Test
  void freesOnlyWhatIsAllocated() {
    long address = driver.allocate(8);
    refuses(() -> driver.free(address + 4), "free", "byte 4 of the allocation of 8 bytes");
    driver.free(address);
    refuses(() -> driver.free(address), "free", "freed allocation");
    refuses(() -> driver.free(0), "free of 0x0");
    refuses(() -> read(address, 8), "freed allocation");
  }

  @Test
  void allocatesNeitherNothingNorMoreThanThereIs() {
    refuses(() -> driver.allocate(0), "0 bytes");
    refuses(() -> driver.allocate(-1), "-1 bytes");
    refuses(() -> driver.allocate(1L << 50), "out of memory");
  }

  @Test
  void bytesComeBackAsTheyWereWrittenWhereverTheyStart() {
    long address = driver.allocate(20_000);
    for (int offset : new int[] {0, 1, 2, 3, 4094, 4095, 8191}) {
      for (int count : new int[] {1, 2, 3, 4, 5, 9000}) {
        ByteBuffer source = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
          source.put((byte) (i * 7 + offset));
        }
        byte[] expected = source.array();
        driver.write(source.flip(), address + offset, Stream.DEFAULT);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(read(address + offset, count)).isEqualTo(expected);
      }
    }
  }

  @Test
  void bufferOrderDoesNotMatter() {
    long address = driver.allocate(8);
    ByteBuffer source = ByteBuffer.allocate(8).order(ByteOrder.BIG_ENDIAN);
    source.putLong(0x0102030405060708L);
    driver.write(source.flip(), address, Stream.DEFAULT);
    assertThat(read(address, 8)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void whatNobodyWroteCannotBeRead() {
    long address = driver.allocate(16);
    driver.write(bytes(1, 2, 3), address + 1, Stream.DEFAULT);
    assertThat(read(address + 1, 3)).containsExactly(1, 2, 3);
    for (int offset : new int[] {0, 4}) {
      assertThatThrownBy(() -> read(address + offset, 1))
          .isInstanceOf(PtxFault.class)
          .hasMessageContaining("uninitialised")
          .hasMessageContaining("byte " + offset);
    }
    driver.poison(address + 2, 1);
    assertThat(read(address + 1, 1)).containsExactly(1);
    assertThat(read(address + 3, 1)).containsExactly(3);
    assertThatThrownBy(() -> read(address + 1, 3)).isInstanceOf(PtxFault.class);
  }

  @Test
  void fillsAndCopies() {
    long source = driver.allocate(10_000);
    long target = driver.allocate(10_000);
    driver.fill(source + 3, (byte) -5, 9_000, Stream.DEFAULT);
    driver.copy(source + 3, target + 6, 9_000, Stream.DEFAULT);
    assertThat(read(target + 6, 9_000)).containsOnly(-5);
    assertThatThrownBy(() -> read(target + 5, 1)).isInstanceOf(PtxFault.class);
    assertThatThrownBy(() -> read(target + 9_006, 1)).isInstanceOf(PtxFault.class);
    refuses(() -> driver.copy(source + 3, source + 5, 10, Stream.DEFAULT), "overlap");
    refuses(() -> driver.fill(source, (byte) 0, 10_001, Stream.DEFAULT), "fill of 10001 bytes");
  }

  @Test
  void copyOfWhatNobodyWroteIsStillUnwritten() {
    long source = driver.allocate(8);
    long target = device.holding(1, 2);
    driver.write(bytes(1, 2, 3, 4), source, Stream.DEFAULT);
    driver.copy(source, target, 8, Stream.DEFAULT);
    assertThat(read(target, 4)).containsExactly(1, 2, 3, 4);
    assertThatThrownBy(() -> read(target + 4, 4)).isInstanceOf(PtxFault.class);
  }

  @Test
  void sparseMemoryHoldsWhatItsSourceSaysFarBehind() {
    long source = driver.allocateSparse(40L << 30, index -> (int) (index >>> 3) ^ 0x5a5a5a5a);
    long target = device.blank(64);
    Kernel kernel = driver.kernel(driver.load("far.ptx", FETCH_FAR.text()), FETCH_FAR.name());
    driver.launch(
        kernel,
        LaunchShape.row(2, 32),
        Arguments.of("fetch_far").address("source", source, 4).address("target", target, 4),
        Stream.DEFAULT);
    int[] words = device.words(target, 64);
    for (int i = 0; i < 64; i++) {
      assertThat(words[i]).isEqualTo((int) ((0x8000_0000L + i) >>> 3) ^ 0x5a5a5a5a);
    }
  }

  @Test
  void sparseMemoryKeepsWhatIsWritten() {
    long address = driver.allocateSparse(1L << 35, index -> 7);
    driver.write(bytes(1, 2), address + (1L << 34) + 1, Stream.DEFAULT);
    assertThat(read(address + (1L << 34), 4)).containsExactly(7, 1, 2, 0);
    assertThat(read(address + (1L << 35) - 4, 4)).containsExactly(7, 0, 0, 0);
  }

  // ---- modules and launches

  @Test
  void unknownAndUnloadedModulesAndKernelsAreRefused() {
    KernelModule module = driver.load("small.ptx", INCREMENT.text());
    Kernel kernel = driver.kernel(module, "increment");
    refuses(() -> driver.kernel(module, "decrement"), "small.ptx", "decrement", "increment");
    refuses(() -> driver.kernel(new KernelModule("other", 999), "increment"), "other");
    driver.unload(module);
    long array = device.holding(1);
    refuses(() -> driver.unload(module), "small.ptx");
    refuses(() -> driver.kernel(module, "increment"), "small.ptx");
    refuses(
        () -> driver.launch(kernel, LaunchShape.row(1, 1), increments(array), Stream.DEFAULT),
        "kernel increment");
  }

  @Test
  void theSameTextUnderAnotherNameIsCalledSo() {
    String broken = INCREMENT.text().replace("add.u32", "add.u31");
    refuses(() -> driver.load("one.ptx", broken), "one.ptx", "add.u31");
    refuses(() -> driver.load("two.ptx", broken), "two.ptx", "add.u31");
    driver.load("one.ptx", INCREMENT.text());
    refuses(() -> driver.load("one.ptx", broken), "one.ptx", "add.u31");
  }

  @Test
  void shapesBeyondTheDeviceAreRefused() {
    DeviceProperties small = new DeviceProperties("small", 7, 5, 1, 64, 1024, 100, 10, 10);
    try (PtxDriver other = new PtxDriver(1, small)) {
      Kernel kernel = other.kernel(other.load("small.ptx", INCREMENT.text()), "increment");
      long array = other.allocate(4096);
      for (LaunchShape shape :
          List.of(
              LaunchShape.row(0, 32),
              LaunchShape.row(101, 32),
              new LaunchShape(1, 11, 1, 32, 0),
              new LaunchShape(1, 1, 11, 32, 0),
              LaunchShape.row(1, 0),
              LaunchShape.row(1, 65),
              LaunchShape.row(1, 32).withShared(1025),
              LaunchShape.row(1, 32).withShared(-1))) {
        refuses(
            () -> other.launch(kernel, shape, increments(array), Stream.DEFAULT),
            "kernel increment",
            "launched with",
            "takes");
      }
      assertThat(other.takeLaunches()).isEmpty();
    }
  }

  @Test
  void launchesAreNotedUntilTheyAreTaken() {
    Kernel kernel = increment();
    long array = device.counting(0, 96);
    LaunchShape shape = LaunchShape.row(3, 32);
    driver.launch(kernel, shape, increments(array), Stream.DEFAULT);
    driver.launch(kernel, LaunchShape.row(1, 32), increments(array), Stream.DEFAULT);
    List<LaunchRecord> launches = driver.takeLaunches();
    assertThat(launches).extracting(LaunchRecord::kernel).containsOnly("increment");
    assertThat(launches).extracting(LaunchRecord::shape).startsWith(shape);
    assertThat(launches.get(0).counts().movedSectors()).isEqualTo(3 * 4 * 2);
    assertThat(driver.takeLaunches()).isEmpty();
    assertThat(device.words(array, 96)[0]).isEqualTo(2);
    assertThat(device.words(array, 96)[95]).isEqualTo(96);
  }

  @Test
  void onlyTheChosenBlocksOfTheNextLaunchRun() {
    Kernel kernel = increment();
    long array = device.holding(new int[32 * 12]);
    LaunchShape shape = LaunchShape.row(12, 32);
    driver.onlyBlocks(block -> block % 5 == 1);
    driver.launch(kernel, shape, increments(array), Stream.DEFAULT);
    int[] once = device.words(array, 32 * 12);
    for (int i = 0; i < once.length; i++) {
      assertThat(once[i]).isEqualTo(i / 32 % 5 == 1 ? 1 : 0);
    }
    driver.launch(kernel, shape, increments(array), Stream.DEFAULT);
    assertThat(device.words(array, 1)[0]).isEqualTo(1);
  }

  @Test
  void blocksOfAHugeGridAreNamedByTheirLinearIndex() {
    SmallKernel where =
        SmallKernel.of(
            "where",
            "u64 target",
            """
              mov.u32 %r1, %ctaid.y;
              mov.u32 %r2, %ctaid.z;
              st.global.u32 [%target], %block;
              st.global.u32 [%target+4], %r1;
              st.global.u32 [%target+8], %r2;
            """);
    Kernel kernel = driver.kernel(driver.load("where.ptx", where.text()), "where");
    long target = device.blank(3);
    long chosen = 3 + 1024L * (100 + 512L * 20);
    driver.onlyBlocks(block -> block == chosen);
    driver.launch(
        kernel,
        new LaunchShape(1024, 512, 32, 1, 0),
        Arguments.of("where").address("target", target, 4),
        Stream.DEFAULT);
    assertThat(device.words(target, 3)).containsExactly(3, 100, 20);
  }

  @Test
  void everyBlockRunsOnceInAnOrderOfTheSeeds() {
    SmallKernel ticket =
        SmallKernel.of(
            "ticket",
            "u64 counter, u64 order",
            """
              atom.global.add.u32 %r1, [%counter], 1;
              mad.wide.u32 %rd1, %block, 4, %order;
              st.global.u32 [%rd1], %r1;
            """);
    List<List<Integer>> orders = new ArrayList<>();
    for (long seed : new long[] {1, 2, 3, 1}) {
      TestDevice other = new TestDevice(seed);
      long counter = other.holding(0);
      long order = other.blank(97);
      Kernel kernel = other.driver().kernel(other.driver().load("t.ptx", ticket.text()), "ticket");
      other
          .driver()
          .launch(
              kernel,
              LaunchShape.row(97, 1),
              Arguments.of("ticket").address("counter", counter, 4).address("order", order, 4),
              Stream.DEFAULT);
      int[] tickets = other.words(order, 97);
      assertThat(tickets).doesNotHaveDuplicates();
      orders.add(LongStream.range(0, 97).mapToObj(i -> tickets[(int) i]).toList());
    }
    assertThat(orders.get(0)).isEqualTo(orders.get(3)).isNotEqualTo(orders.get(1));
    assertThat(orders.get(1)).isNotEqualTo(orders.get(2));
  }

  // ---- streams, events, graphs

  @Test
  void destroyedStreamsAndEventsAreRefused() {
    Stream stream = driver.createStream();
    Event event = driver.createEvent();
    long array = device.holding(1);
    driver.fill(array, (byte) 2, 4, stream);
    driver.record(event, stream);
    driver.await(event, Stream.DEFAULT);
    driver.synchronize(stream);
    driver.destroy(stream);
    refuses(() -> driver.fill(array, (byte) 3, 4, stream), "stream");
    refuses(() -> driver.synchronize(stream), "stream");
    refuses(() -> driver.destroy(stream), "stream");
    driver.destroy(event);
    refuses(() -> driver.record(event, Stream.DEFAULT), "event");
    refuses(() -> driver.await(event, Stream.DEFAULT), "event");
    refuses(() -> driver.destroy(event), "event");
    refuses(() -> driver.destroy(Stream.DEFAULT), "default stream");
    assertThat(read(array, 1)).containsExactly(2);
  }

  @Test
  void aGraphDoesNothingUntilItIsLaunchedAndThenEachTime() {
    Kernel kernel = increment();
    long array = device.holding(10);
    Stream stream = driver.createStream();
    driver.beginCapture(stream);
    driver.launch(kernel, LaunchShape.row(1, 1), increments(array), stream);
    driver.launch(kernel, LaunchShape.row(1, 1), increments(array), stream);
    Graph graph = driver.endCapture(stream);
    assertThat(device.words(array, 1)).containsExactly(10);
    assertThat(driver.takeLaunches()).isEmpty();
    driver.launch(graph, stream);
    driver.launch(graph, Stream.DEFAULT);
    assertThat(device.words(array, 1)).containsExactly(14);
    assertThat(driver.takeLaunches()).hasSize(4);
    driver.destroy(graph);
    refuses(() -> driver.launch(graph, stream), "graph");
    refuses(() -> driver.destroy(graph), "graph");
  }

  @Test
  void aStreamThatWaitsForACapturedEventIsCapturedToo() {
    Kernel kernel = increment();
    long array = device.holding(0);
    Stream first = driver.createStream();
    Stream second = driver.createStream();
    Event fork = driver.createEvent();
    Event join = driver.createEvent();
    driver.beginCapture(first);
    driver.record(fork, first);
    driver.await(fork, second);
    driver.launch(kernel, LaunchShape.row(1, 1), increments(array), second);
    driver.record(join, second);
    driver.await(join, first);
    Graph graph = driver.endCapture(first);
    assertThat(device.words(array, 1)).containsExactly(0);
    driver.launch(graph, first);
    driver.launch(kernel, LaunchShape.row(1, 1), increments(array), second);
    assertThat(device.words(array, 1)).containsExactly(2);
  }

  @Test
  void capturesBeginAndEndOnceAndNotOnTheDefaultStream() {
    Stream stream = driver.createStream();
    refuses(() -> driver.endCapture(stream), "capture");
    driver.beginCapture(stream);
    refuses(() -> driver.beginCapture(stream), "capturing already");
    refuses(() -> driver.synchronize(stream), "capturing");
    refuses(() -> driver.destroy(stream), "capturing");
    driver.endCapture(stream);
    refuses(() -> driver.endCapture(stream), "capture");
    refuses(() -> driver.beginCapture(Stream.DEFAULT), "default stream");
  }

  @Test
  void aClosedDriverDoesNothingAndClosesAgain() {
    driver.close();
    driver.close();
    refuses(() -> driver.allocate(4), "closed");
    refuses(driver::device, "closed");
    refuses(driver::createStream, "closed");
  }

  @Test
  void aFaultLeavesTheDriverUsable() {
    Kernel kernel = increment();
    long array = device.holding(5);
    assertThatThrownBy(
            () -> driver.launch(kernel, LaunchShape.row(1, 2), increments(array), Stream.DEFAULT))
        .isInstanceOf(PtxFault.class)
        .hasMessageContaining("thread 1");
    assertThat(driver.takeLaunches()).isEmpty();
    driver.launch(kernel, LaunchShape.row(1, 1), increments(array), Stream.DEFAULT);
    assertThat(device.words(array, 1)[0]).isBetween(6, 7);
  }
}
