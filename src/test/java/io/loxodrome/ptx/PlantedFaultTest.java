package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of fault, planted: it is found and named, and an innocent twin runs to its end. */
@Tag("ptx")
final class PlantedFaultTest {
  private TestDevice device = new TestDevice(11);

  @AfterEach
  void close() {
    device.close();
  }

  private void useSeed(long seed) {
    device.close();
    device = new TestDevice(seed);
  }

  /** A row of blocks of 32 threads. */
  private static LaunchShape warps(int blocks) {
    return LaunchShape.row(blocks, 32);
  }

  private void runsClean(SmallKernel kernel, LaunchShape shape, long... addresses) {
    device.run(kernel, shape, TestDevice.addresses(kernel, addresses));
  }

  /** The fault is found, and its message has the kernel, the marked line and all of these. */
  private void finds(SmallKernel kernel, LaunchShape shape, String[] mentioned, long... addresses) {
    assertThatThrownBy(() -> device.run(kernel, shape, TestDevice.addresses(kernel, addresses)))
        .isInstanceOf(PtxFault.class)
        .hasMessageContaining("kernel " + kernel.name())
        .hasMessageContainingAll(mentioned)
        .satisfies(
            fault ->
                assertThat(kernel.markedLines())
                    .as(fault.getMessage())
                    .anyMatch(line -> fault.toString().contains("line " + line + ":")));
  }

  /** The innocent twin runs to its end, and the other's fault is found. */
  private void tellsApart(Twins twins, LaunchShape shape, String[] mentioned, long... addresses) {
    runsClean(twins.innocent(), shape, addresses);
    finds(twins.faulty(), shape, mentioned, addresses);
  }

  private static String[] mentioning(String... parts) {
    return parts;
  }

  private static String hex(long address) {
    return "0x%x".formatted(address);
  }

  // ---- addresses of global memory

  private static final SmallKernel STORE_EACH =
      SmallKernel.of(
          "store_each",
          "u64 target",
          """
            mad.wide.u32 %rd1, %item, 4, %target;
            st.global.u32 [%rd1], %item; // here
          """);

  @Test
  void storeBehindTheEnd() {
    runsClean(STORE_EACH, warps(2), device.blank(64));
    long target = device.blank(63);
    finds(
        STORE_EACH,
        warps(2),
        mentioning("st.global.u32", "block (1, 0, 0)", "thread 31", hex(target + 252), "252 bytes"),
        target);
  }

  @Test
  void loadBeforeTheBeginning() {
    long source = device.counting(0, 32);
    tellsApart(
        Twins.of(
            "u64 source",
            """
              sub.u32 %r1, %thread, {0|1};
              mad.wide.s32 %rd1, %r1, 4, %source;
              ld.global.u32 %r2, [%rd1]; // here
            """),
        warps(1),
        mentioning("ld.global.u32", "block (0, 0, 0)", "thread 0", hex(source - 4)),
        source);
  }

  @Test
  void accessBetweenTwoAllocations() {
    long first = device.counting(0, 3);
    long second = device.counting(0, 3);
    Twins twins = Twins.of("u64 source", "  ld.global.u32 %r1, [%source+{8|12}]; // here");
    tellsApart(twins, warps(1), mentioning(hex(first + 12), "thread 0"), first);
    tellsApart(twins, warps(1), mentioning(hex(second + 12), "thread 0"), second);
  }

  @Test
  void vectorThatReachesOverTheEnd() {
    SmallKernel kernel =
        SmallKernel.of(
            "over", "u64 source", "  ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%source+16]; // here");
    runsClean(kernel, warps(1), device.counting(0, 8));
    finds(kernel, warps(1), mentioning("ld.global.v4.u32"), device.counting(0, 7));
  }

  @Test
  void nullAddress() {
    SmallKernel kernel =
        SmallKernel.of(
            "null_address",
            "u64 source",
            """
              mov.u64 %rd1, 0;
              ld.global.u32 %r1, [%rd1]; // here
            """);
    finds(kernel, warps(1), mentioning("0x0", "thread 0"), device.counting(0, 1));
  }

  @Test
  void atomicOutOfBounds() {
    SmallKernel kernel =
        SmallKernel.of(
            "atomic_outside", "u64 target", "  atom.global.add.u32 %r1, [%target+4], 1; // here");
    runsClean(kernel, warps(1), device.holding(0, 0));
    long target = device.holding(0);
    finds(kernel, warps(1), mentioning("atom.global.add.u32", hex(target + 4)), target);
  }

  @Test
  void genericAccessOutOfBounds() {
    SmallKernel kernel =
        SmallKernel.of(
            "generic_outside",
            "u64 target",
            """
              cvta.global.u64 %rd1, %target;
              st.u32 [%rd1+4], 1; // here
            """);
    runsClean(
        SmallKernel.of("generic_inside", "u64 target", "  cvta.global.u64 %rd1, %target;\n"),
        warps(1),
        device.blank(1));
    long target = device.blank(1);
    finds(kernel, LaunchShape.row(1, 1), mentioning(hex(target + 4)), target);
  }

  @ParameterizedTest
  @CsvSource({
    "ld.global.u16 %rs1, 1",
    "ld.global.u32 %r1, 2",
    "ld.global.u64 %rd2, 4",
    "ld.global.nc.f32 %f1, 3",
    "'ld.global.v2.u32 {%r1, %r2}', 4",
    "'ld.global.v4.f32 {%f1, %f2, %f3, %f4}', 8",
    "'ld.global.v4.u16 {%rs1, %rs2, %rs3, %rs4}', 4"
  })
  void misalignedLoads(String load, int offset) {
    long source = device.counting(0, 64);
    tellsApart(
        Twins.of("u64 source", "  %s, [%%source+{16|%d}]; // here".formatted(load, offset)),
        warps(1),
        mentioning("aligned", hex(source + offset), "thread 0"),
        source);
  }

  @Test
  void misalignedStores() {
    long target = device.blank(64);
    tellsApart(
        Twins.of(
            "u64 target",
            """
              mov.u32 %r1, 5;
              setp.ne.u32 %p1, %thread, 9;
              @%p1 bra over;
              st.global.v2.u32 [%target+{8|12}], {%r1, %r1}; // here
            over:
            """),
        warps(1),
        mentioning("aligned", hex(target + 12), "thread 9"),
        target);
  }

  @Test
  void useAfterFree() {
    long target = device.blank(32);
    long other = device.blank(32);
    runsClean(STORE_EACH, warps(1), target);
    device.driver().free(target);
    finds(STORE_EACH, warps(1), mentioning("free", hex(target), "thread 0"), target);
    runsClean(STORE_EACH, warps(1), other);
  }

  @Test
  void lowAddressThatNothingIsAt() {
    SmallKernel kernel =
        SmallKernel.of("low", "u64 target", "  mov.u64 %rd1, 4096;\n  st.u32 [%rd1], 1; // here");
    finds(kernel, LaunchShape.row(1, 1), mentioning(hex(4096)), device.blank(1));
  }

  // ---- reads of what nobody wrote

  @Test
  void uninitialisedGlobalMemory() {
    SmallKernel kernel =
        SmallKernel.of(
            "read_each",
            "u64 source",
            """
              mad.wide.u32 %rd1, %thread, 4, %source;
              ld.global.u32 %r1, [%rd1]; // here
            """);
    runsClean(kernel, warps(1), device.counting(0, 32));
    long source = device.blank(32);
    device.driver().fill(source, (byte) 0, 100, Stream.DEFAULT);
    finds(
        kernel,
        warps(1),
        mentioning("initialised", hex(source + 100), "thread 25", "ld.global.u32"),
        source);
  }

  @Test
  void uninitialisedBytesWithinAWord() {
    long target = device.blank(1);
    tellsApart(
        Twins.of(
            "u64 target",
            """
              mov.u16 %rs1, 5;
              st.global.u16 [%target], %rs1;
              ld.global.{u16 %rs2|u32 %r2}, [%target]; // here
            """),
        LaunchShape.row(1, 1),
        mentioning("initialised", hex(target)),
        target);
  }

  @Test
  void poisonedMemoryIsUninitialisedAgain() {
    SmallKernel kernel =
        SmallKernel.of("read", "u64 source", "  ld.global.u32 %r1, [%source+8]; // here");
    long source = device.counting(0, 4);
    runsClean(kernel, warps(1), source);
    device.driver().poison(source, 16);
    finds(kernel, warps(1), mentioning("initialised", hex(source + 8)), source);
  }

  @Test
  void hostReadOfWhatNoKernelWrote() {
    long target = device.blank(64);
    runsClean(STORE_EACH, warps(1), target);
    assertThat(device.words(target, 32)).hasSize(32);
    assertThatThrownBy(() -> device.words(target, 33))
        .isInstanceOf(PtxFault.class)
        .hasMessageContainingAll("initialised", hex(target + 128));
  }

  @Test
  void uninitialisedSharedMemory() {
    tellsApart(
        Twins.of(
            """
              .shared .align 8 .b8 tile[128];
              mov.u32 %r1, tile;
              mad.lo.u32 %r1, %thread, 4, %r1;
              setp.eq.u32 %p1, %thread, {99|6};
              @%p1 bra over;
              st.shared.u32 [%r1], %thread;
            over:
              bar.sync 0;
              xor.b32 %r2, %r1, 4;
              ld.shared.u32 %r3, [%r2]; // here
            """),
        warps(2),
        mentioning("initialised", "shared", "tile", "thread 7", "24"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void sharedMemoryStartsUninitialisedInEachBlock(long seed) {
    // Block 0 fills its memory, the others hope to find it.
    useSeed(seed);
    tellsApart(
        Twins.of(
            """
              .shared .align 4 .b8 tile[128];
              mov.u32 %r1, tile;
              mad.lo.u32 %r1, %thread, 4, %r1;
              setp.ge.u32 %p1, %block, {5|4};
              @%p1 bra over;
              st.shared.u32 [%r1], %thread;
            over:
              ld.shared.u32 %r3, [%r1]; // here
            """),
        warps(5),
        mentioning("initialised", "shared", "block (4, 0, 0)", "thread 0"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void localMemoryStartsUninitialisedInEachBlock(long seed) {
    useSeed(seed);
    tellsApart(
        Twins.of(
            """
              .local .align 4 .b8 depot[4];
              mov.u64 %rd1, depot;
              setp.ge.u32 %p1, %block, {9|7};
              @%p1 bra over;
              st.local.u32 [%rd1], %thread;
            over:
              ld.local.u32 %r1, [%rd1]; // here
            """),
        warps(9),
        mentioning("initialised", "local", "thread 0"));
  }

  @Test
  void uninitialisedLocalMemory() {
    tellsApart(
        Twins.of(
            """
              .local .align 4 .b8 depot[16];
              mov.u64 %rd1, depot;
              setp.ge.u32 %p1, %thread, {32|20};
              @%p1 bra over;
              st.local.u32 [%rd1+4], %thread;
            over:
              ld.local.u32 %r1, [%rd1+4]; // here
            """),
        warps(1),
        mentioning("initialised", "local", "thread 20"));
  }

  @Test
  void registerThatWasNeverWritten() {
    tellsApart(
        Twins.of(
            """
              mov.u32 %r2, 1;
              {mov.u32 %r1, 2;|}
              add.u32 %r3, %r1, %r2; // here
            """),
        warps(1),
        mentioning("%r1", "add.u32", "thread 0"));
  }

  @Test
  void registerThatSomeThreadsNeverWrote() {
    tellsApart(
        Twins.of(
            """
              setp.lt.u32 %p1, %thread, {32|13};
              @%p1 mov.f32 %f1, 0f3F800000;
              add.f32 %f2, %f1, %f1; // here
            """),
        warps(1),
        mentioning("%f1", "thread 13"));
  }

  @Test
  void guardThatWasNeverWritten() {
    finds(
        SmallKernel.of("unguarded", "", "  @%p3 mov.u32 %r1, 2; // here"),
        warps(1),
        mentioning("%p3", "thread 0"));
    finds(
        SmallKernel.of("branch", "", "  @%p3 bra over; // here\nover:"),
        warps(1),
        mentioning("%p3", "thread 0"));
  }

  // ---- shared memory

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void missingBarrierBetweenStoreAndLoad(long seed) {
    useSeed(seed);
    tellsApart(
        Twins.of(
            """
              .shared .align 4 .b8 tile[256];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, 4, %r1;
              st.shared.u32 [%r2], %thread; // here
              {bar.sync 0;|}
              sub.u32 %r3, 63, %thread;
              mad.lo.u32 %r3, %r3, 4, %r1;
              ld.shared.u32 %r4, [%r3]; // here
            """),
        LaunchShape.row(3, 64),
        mentioning("shared"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void missingBarrierBetweenLoadAndNextStore(long seed) {
    // Two rounds over one tile: the second store must wait for the first round's loads.
    useSeed(seed);
    tellsApart(
        Twins.of(
            """
              .shared .align 256 .b8 tile[256];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, 4, %r1;
              xor.b32 %r3, %r2, 128;
              st.shared.u32 [%r2], %thread;
              bar.sync 0;
              ld.shared.u32 %r4, [%r3]; // here
              {bar.sync 0;|}
              st.shared.u32 [%r2], %r4; // here
              bar.sync 0;
              ld.shared.u32 %r4, [%r3];
            """),
        LaunchShape.row(2, 64),
        mentioning("race", "shared"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void warpThatStoresIntoWhatAnotherReads(long seed) {
    // Nothing else happens between the barriers: whichever comes first, the other one races.
    useSeed(seed);
    tellsApart(
        Twins.of(
            """
              .shared .align 4 .b8 tile[256];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, 4, %r1;
              st.shared.u32 [%r2], %thread;
              bar.sync 0;
              setp.ge.u32 %p1, %thread, 32;
              @%p1 bra upper;
              ld.shared.u32 %r3, [%r2+{0|128}]; // here
              bra.uni join;
            upper:
              st.shared.u32 [%r2], %thread; // here
            join:
            """),
        LaunchShape.row(2, 64),
        mentioning("race", "shared"));
  }

  @Test
  void twoThreadsStoreIntoOneWord() {
    tellsApart(
        Twins.of(
            """
              .shared .align 4 .b8 tile[256];
              mov.u32 %r1, tile;
              shr.u32 %r2, %thread, {0|1};
              mad.lo.u32 %r2, %r2, 4, %r1;
              st.shared.u32 [%r2], %thread; // here
            """),
        LaunchShape.row(1, 64),
        mentioning("race", "shared"));
  }

  @Test
  void neighbouringBytesOfAWordAreNoRace() {
    runsClean(
        SmallKernel.of(
            "bytes",
            "",
            """
              .shared .align 4 .b8 tile[64];
              mov.u32 %r1, tile;
              add.u32 %r1, %r1, %thread;
              st.shared.u8 [%r1], %thread;
              ld.shared.u8 %r2, [%r1];
            """),
        LaunchShape.row(1, 64));
  }

  @Test
  void missingWarpBarrier() {
    tellsApart(
        Twins.of(
            """
              .shared .align 8 .b8 tile[128];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, 4, %r1;
              xor.b32 %r3, %r2, 4;
              st.shared.u32 [%r2], %thread; // here
              {bar.warp.sync -1;|}
              ld.shared.u32 %r4, [%r3]; // here
            """),
        warps(1),
        mentioning("race", "shared"));
  }

  @Test
  void warpBarrierOrdersNoOtherWarp() {
    finds(
        SmallKernel.of(
            "too_weak",
            "",
            """
              .shared .align 256 .b8 tile[256];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, 4, %r1;
              xor.b32 %r3, %r2, 128;
              st.shared.u32 [%r2], %thread; // here
              bar.warp.sync -1;
              ld.shared.u32 %r4, [%r3]; // here
            """),
        LaunchShape.row(1, 64),
        mentioning("shared"));
  }

  @Test
  void sharedAtomicsAreNoRace() {
    String body =
        """
          .shared .align 4 .b8 total[4];
          setp.ne.u32 %p1, %thread, 0;
          mov.u32 %r1, 0;
          @!%p1 st.shared.u32 [total], %r1;
          bar.sync 0;
          atom.shared.add.u32 %r2, [total], %thread;
          bar.sync 0;
          ld.shared.u32 %r3, [total];
          @!%p1 st.global.u32 [%target], %r3;
        """;
    long target = device.blank(1);
    runsClean(SmallKernel.of("atomics", "u64 target", body), LaunchShape.row(1, 64), target);
    assertThat(device.words(target, 1)).containsExactly(63 * 32);
  }

  @Test
  void sharedMemoryOutOfBounds() {
    tellsApart(
        Twins.of(
            """
              .shared .align 4 .b8 tile[{128|124}];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, 4, %r1;
              st.shared.u32 [%r2], %thread; // here
            """),
        warps(1),
        mentioning("shared", "thread 31"));
  }

  @Test
  void dynamicSharedMemoryOutOfBounds() {
    SmallKernel kernel =
        new SmallKernel(
            "dynamic_shared",
            """
            .version 7.0
            .target sm_75
            .address_size 64
            .extern .shared .align 16 .b8 dynamic[];
            .visible .entry dynamic_shared()
            {
              .reg .b32 %r<4>;
              mov.u32 %r1, %tid.x;
              mov.u32 %r2, dynamic;
              mad.lo.u32 %r2, %r1, 4, %r2;
              st.shared.u32 [%r2], %r1; // here
              ret;
            }
            """);
    runsClean(kernel, warps(1).withShared(128));
    finds(kernel, warps(1).withShared(64), mentioning("shared", "thread 16"));
    finds(kernel, warps(1), mentioning("shared", "thread 0"));
  }

  @Test
  void localMemoryConstantsAndVariablesOutOfBounds() {
    String kernel =
        """
        .version 7.0
        .target sm_75
        .address_size 64
        .const .align 4 .u32 constants[4] = {1, 2, 3, 4};
        .global .align 4 .u32 variable[4] = {1, 2, 3, 4};
        .visible .entry spaces()
        {
          .reg .b32 %r<4>;
          .reg .b64 %rd<4>;
          .local .align 4 .b8 depot[16];
          mov.u64 %rd1, NAME;
          st.local.u32 [depot+12], 5;
          cvt.u64.u32 %rd2, 0;
          add.u64 %rd1, %rd1, %rd2;
          ld.SPACE.u32 %r1, [%rd1+OFFSET]; // here
          ret;
        }
        """;
    for (String[] place :
        new String[][] {{"local", "depot"}, {"const", "constants"}, {"global", "variable"}}) {
      String body = kernel.replace("SPACE", place[0]).replace("NAME", place[1]);
      runsClean(new SmallKernel("spaces", body.replace("OFFSET", "12")), warps(1));
      finds(
          new SmallKernel("spaces", body.replace("OFFSET", "16")),
          warps(1),
          mentioning("ld." + place[0], "thread 0"));
      finds(
          new SmallKernel("spaces", body.replace("OFFSET", "-4")),
          warps(1),
          mentioning("ld." + place[0], "thread 0"));
    }
  }

  @Test
  void misalignedSharedAccess() {
    tellsApart(
        Twins.of(
            """
              .shared .align 16 .b8 tile[1024];
              mov.u32 %r1, tile;
              mad.lo.u32 %r2, %thread, {8|12}, %r1;
              st.shared.v2.u32 [%r2], {%thread, %thread}; // here
            """),
        warps(1),
        mentioning("aligned", "shared", "thread 1"));
  }

  // ---- barriers

  @ParameterizedTest
  @ValueSource(ints = {0, 64}) // all threads reach it, or none
  void barrierThatHalfAWarpReaches(int limit) {
    tellsApart(
        Twins.of(
            """
              setp.lt.u32 %p1, %thread, {LIMIT|16};
              @%p1 bra over;
              bar.sync 0; // here
            over:
            """
                .replace("LIMIT", "" + limit)),
        warps(2),
        mentioning("barrier", "bar.sync"));
  }

  @Test
  void barrierThatOneWarpJumpsOver() {
    // The warps come to different barriers, or to one of them only.
    String body =
        """
          setp.lt.u32 %p1, %thread, 32;
          @%p1 bra over;
          bar.sync 0; // here
          bra.uni join;
        over:
          OTHER
        join:
        """;
    LaunchShape twoWarps = LaunchShape.row(1, 64);
    finds(
        SmallKernel.of("different", "", body.replace("OTHER", "bar.sync 0; // here")),
        twoWarps,
        mentioning("barrier"));
    finds(SmallKernel.of("one", "", body.replace("OTHER", "")), twoWarps, mentioning("barrier"));
  }

  @Test
  void earlyExitBeforeABarrier() {
    tellsApart(
        Twins.of(
            """
              setp.ge.u32 %p1, %thread, {96|64};
              @%p1 exit;
              bar.sync 0; // here
            """),
        LaunchShape.row(1, 96),
        mentioning("barrier"));
  }

  @Test
  void barrierInALoopThatIsLongerForSomeWarps() {
    tellsApart(
        Twins.of(
            """
              mov.u32 %r1, 0;
            again:
              bar.sync 0; // here
              add.u32 %r1, %r1, 1;
              shr.u32 %r2, %thread, {6|5};
              setp.le.u32 %p1, %r1, %r2;
              @%p1 bra again;
            """),
        LaunchShape.row(1, 64),
        mentioning("barrier"));
  }

  @Test
  void shuffleThatNamesAnInactiveLane() {
    tellsApart(
        Twins.of(
            """
              setp.ge.u32 %p1, %thread, {32|8};
              @%p1 bra over;
              shfl.sync.bfly.b32 %r1, %thread, 1, 31, -1; // here
            over:
            """),
        warps(1),
        mentioning("shfl.sync.bfly.b32"));
  }

  // ---- global memory that several threads touch

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void storeIntoWhatAnotherBlockReads(long seed) {
    useSeed(seed);
    tellsApart(
        Twins.of(
            "u64 array",
            """
              mad.wide.u32 %rd1, %item, 4, %array;
              ld.global.u32 %r1, [%rd1+{0|4}]; // here
              add.u32 %r1, %r1, 1;
              st.global.u32 [%rd1], %r1; // here
            """),
        LaunchShape.row(4, 1),
        mentioning("another block"),
        device.counting(0, 5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void blockThatStoresIntoWhatAnotherReads(long seed) {
    // One block only reads, the other only writes: whichever comes first, the other one races.
    useSeed(seed);
    tellsApart(
        Twins.of(
            "u64 array",
            """
              mad.wide.u32 %rd1, %thread, 4, %array;
              setp.ne.u32 %p1, %block, 0;
              @%p1 bra writer;
              ld.global.u32 %r1, [%rd1+{128|124}]; // here
              bra.uni join;
            writer:
              st.global.u32 [%rd1], %thread; // here
            join:
            """),
        warps(2),
        mentioning("another block"),
        device.counting(0, 64));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void warpThatStoresIntoGlobalMemoryThatAnotherReads(long seed) {
    useSeed(seed);
    tellsApart(
        Twins.of(
            "u64 array",
            """
              mad.wide.u32 %rd1, %thread, 4, %array;
              setp.ge.u32 %p1, %thread, 32;
              @%p1 bra upper;
              ld.global.u32 %r3, [%rd1+{0|4}]; // here
              bra.uni join;
            upper:
              st.global.u32 [%rd1], %thread; // here
            join:
            """),
        LaunchShape.row(1, 64),
        mentioning("race"),
        device.counting(0, 64));
  }

  /**
   * Two threads read a word and one of them writes it: that the last to read is the one that writes
   * does not undo the other's read.
   */
  @ParameterizedTest
  @CsvSource({
    "global, 1, 33", // of two warps
    "shared, 1, 33",
    "global, 4, 5", // of one warp
    "shared, 4, 5"
  })
  void aThreadThatWritesWhatItAndAnotherRead(String space, int first, int second) {
    Twins twins =
        Twins.of(
            "u64 global",
            """
              .shared .align 4 .b8 shared[4];
              setp.eq.u32 %p1, %thread, FIRST;
              setp.eq.u32 %p2, %thread, SECOND;
              setp.eq.u32 %p4, %thread, 0;
              @%p4 st.shared.u32 [shared], %thread;
              bar.sync 0;
              or.pred %p3, %p1, %p2;
              @%p3 ld.SPACE.u32 %r1, [PLACE]; // here
              {bar.sync 0;|}
              @%p2 st.SPACE.u32 [PLACE], %thread; // here
            """
                .replace("FIRST", "" + first)
                .replace("SECOND", "" + second)
                .replace("SPACE", space)
                .replace("PLACE", space.equals("shared") ? "shared" : "%global"));
    LaunchShape shape = LaunchShape.row(1, 64);
    for (long seed = 1; seed <= 5; seed++) {
      useSeed(seed);
      runsClean(twins.innocent(), shape, device.holding(1));
      useSeed(seed);
      finds(twins.faulty(), shape, mentioning("race"), device.holding(1));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aBlockThatWritesWhatItAndAnotherRead(long seed) {
    useSeed(seed);
    finds(
        SmallKernel.of(
            "read_by_both",
            "u64 word",
            """
              ld.global.u32 %r1, [%word]; // here
              setp.eq.u32 %p1, %block, 1;
              @%p1 st.global.u32 [%word], %r1; // here
            """),
        LaunchShape.row(2, 1),
        mentioning("another block"),
        device.holding(1));
  }

  @Test
  void readsOfTheSameWordByManyBlocksAreInnocent() {
    runsClean(
        SmallKernel.of(
            "shared_reads",
            "u64 source, u64 target",
            """
              ld.global.u32 %r1, [%source];
              mad.wide.u32 %rd1, %item, 4, %target;
              st.global.u32 [%rd1], %r1;
            """),
        warps(8),
        device.holding(3),
        device.blank(256));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void twoBlocksStoreIntoOneWord(long seed) {
    useSeed(seed);
    long target = device.blank(256);
    tellsApart(
        Twins.of(
            "u64 target",
            """
              mul.lo.u32 %r1, %block, {32|31};
              add.u32 %r1, %r1, %thread;
              mad.wide.u32 %rd1, %r1, 4, %target;
              st.global.u32 [%rd1], %thread; // here
            """),
        warps(8),
        mentioning("another block"),
        target);
  }

  @Test
  void theNextLaunchMayTouchWhatThisOneWrote() {
    SmallKernel reader =
        SmallKernel.of(
            "reader",
            "u64 source, u64 target",
            """
              xor.b32 %r1, %item, 32;
              mad.wide.u32 %rd1, %r1, 4, %source;
              ld.global.u32 %r2, [%rd1];
              mad.wide.u32 %rd2, %item, 4, %target;
              st.global.u32 [%rd2], %r2;
            """);
    long first = device.blank(64);
    long second = device.blank(64);
    runsClean(STORE_EACH, warps(2), first);
    runsClean(reader, warps(2), first, second);
    runsClean(reader, warps(2), second, first);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void globalRaceWithinABlock(long seed) {
    useSeed(seed);
    tellsApart(
        Twins.of(
            "u64 array",
            """
              mad.wide.u32 %rd1, %thread, 4, %array;
              xor.b32 %r1, %thread, 32;
              mad.wide.u32 %rd2, %r1, 4, %array;
              st.global.u32 [%rd1], %thread; // here
              {bar.sync 0;|}
              ld.global.u32 %r2, [%rd2]; // here
            """),
        LaunchShape.row(1, 64),
        mentioning("race"),
        device.counting(0, 64));
  }

  @Test
  void globalStoresOfTwoThreadsIntoOneWord() {
    finds(
        SmallKernel.of("same_word", "u64 target", "  st.global.u32 [%target], %thread; // here"),
        warps(1),
        mentioning("race"),
        device.blank(1));
  }

  @Test
  void globalAtomicsAreNoRace() {
    long total = device.holding(0);
    runsClean(
        SmallKernel.of("count", "u64 total", "  atom.global.add.u32 %r1, [%total], 1;"),
        warps(5),
        total);
    assertThat(device.words(total, 1)).containsExactly(160);
  }

  @Test
  void plainReadOfWhatAnotherBlockChangesAtomically() {
    SmallKernel kernel =
        SmallKernel.of(
            "mixed",
            "u64 total",
            """
              setp.ne.u32 %p1, %block, 0;
              @%p1 bra other;
              atom.global.add.u32 %r1, [%total], 1; // here
              bra.uni join;
            other:
              ld.global.u32 %r2, [%total]; // here
            join:
            """);
    finds(kernel, warps(2), mentioning("another block"), device.holding(0));
  }

  // ---- loops without end, arguments and shapes

  @Test
  void runawayLoop() {
    device.driver().limitInstructions(100_000);
    tellsApart(
        Twins.of(
            """
              mov.u32 %r1, 0;
            again:
              add.u32 %r1, %r1, {1|0}; // here
              setp.ne.u32 %p1, %r1, 1000; // here
              @%p1 bra again; // here
            """),
        warps(1),
        mentioning("runaway"));
  }

  @Test
  void trap() {
    tellsApart(
        Twins.of(
            """
              setp.ne.u32 %p1, %thread, {99|9};
              @%p1 bra over;
              trap; // here
            over:
            """),
        warps(1),
        mentioning("trap", "thread 9"));
  }

  private void refused(
      SmallKernel kernel, LaunchShape shape, Arguments arguments, String... mentioned) {
    assertThatThrownBy(() -> device.run(kernel, shape, arguments))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining(kernel.name())
        .hasMessageContainingAll(mentioned);
  }

  private static final SmallKernel TWO_ARGUMENTS =
      SmallKernel.of(
          "two_arguments",
          "u64 target, u32 value",
          """
            setp.ne.u32 %p1, %item, 0;
            @%p1 exit;
            st.global.u32 [%target], %value;
          """);

  @Test
  void argumentsThatAreNotTheEntrys() {
    long target = device.blank(1);
    Arguments right =
        Arguments.of("two_arguments").address("target", target, 4).int32("value", 5, 0, 9);
    device.run(TWO_ARGUMENTS, warps(1), right);
    assertThat(device.words(target, 1)).containsExactly(5);

    refused(
        TWO_ARGUMENTS,
        warps(1),
        Arguments.of("two_arguments").address("target", target, 4),
        "1",
        "2");
    refused(
        TWO_ARGUMENTS,
        warps(1),
        Arguments.of("two_arguments")
            .address("target", target, 4)
            .int32("value", 5, 0, 9)
            .int32("more", 5, 0, 9),
        "3",
        "2");
    refused(
        TWO_ARGUMENTS,
        warps(1),
        Arguments.of("two_arguments").address("target", target, 4).int64("value", 5, 0, 9),
        "16",
        "12");
    refused(
        TWO_ARGUMENTS,
        warps(1),
        Arguments.of("two_arguments").int32("target", 5, 0, 9).int32("value", 5, 0, 9),
        "param_");
  }

  @Test
  void moreThreadsThanTheEntryAllows() {
    String body = "  mov.u32 %r1, 1;";
    SmallKernel most = SmallKernel.withDirective("most", ".maxntid 64, 1, 1", "", body);
    SmallKernel exactly = SmallKernel.withDirective("exactly", ".reqntid 64, 1, 1", "", body);
    runsClean(most, LaunchShape.row(1, 64));
    runsClean(most, LaunchShape.row(1, 5));
    runsClean(exactly, LaunchShape.row(1, 64));
    refused(most, LaunchShape.row(1, 65), TestDevice.addresses(most), "65", "64");
    refused(exactly, LaunchShape.row(1, 32), TestDevice.addresses(exactly), "32", "64");
  }

  @Test
  void moreThanTheDeviceHas() {
    SmallKernel kernel =
        SmallKernel.of("large", "", "  .shared .align 4 .b8 tile[40000];\n  mov.u32 %r1, tile;");
    Arguments arguments = TestDevice.addresses(kernel);
    runsClean(kernel, warps(1).withShared(9152));
    refused(kernel, warps(1).withShared(9153), arguments, "49152");
    refused(kernel, LaunchShape.row(1, 1025), arguments, "1025", "1024");
    refused(kernel, new LaunchShape(1, 65536, 1, 32, 0), arguments, "65536", "65535");
    refused(kernel, new LaunchShape(0, 1, 1, 32, 0), arguments, "0");
  }

  @Test
  void faultLeavesTheDriverUsable() {
    long target = device.blank(64);
    finds(STORE_EACH, LaunchShape.row(65, 1), mentioning(hex(target + 256)), target);
    runsClean(STORE_EACH, warps(2), target);
    assertThat(device.words(target, 64)).startsWith(0, 1, 2);
    device.driver().write(ByteBuffer.allocate(4), target, Stream.DEFAULT);
    assertThat(device.words(target, 2)).containsExactly(0, 1);
  }
}
