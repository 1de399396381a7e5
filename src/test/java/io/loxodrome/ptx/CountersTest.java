package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.LaunchShape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the executor counts, for kernels small enough to count by hand. */
@Tag("ptx")
final class CountersTest {
  private static final LaunchShape ONE_WARP = LaunchShape.row(1, 32);

  private final TestDevice device = new TestDevice(3);

  @AfterEach
  void close() {
    device.close();
  }

  private static SmallKernel perThread(String access, int stride, int offset) {
    return SmallKernel.of(
        "access",
        "u64 array",
        """
          mov.u32 %%r1, 5;
          mov.u64 %%rd5, 7;
          mov.u16 %%rs1, 9;
          mad.wide.u32 %%rd1, %%thread, %d, %%array;
          %s;
        """
            .formatted(stride, access.replace("[]", "[%rd1+" + offset + "]")));
  }

  @ParameterizedTest(name = "{0}, stride {1}, from byte {2}: {3} sectors, at best {4}")
  @CsvSource({
    "'ld.global.f32 %f1, []', 4, 0, 4, 4",
    "'ld.global.f32 %f1, []', 4, 4, 5, 4",
    "'ld.global.f32 %f1, []', 4, 28, 5, 4",
    "'ld.global.f32 %f1, []', 4, 32, 4, 4",
    "'ld.global.f32 %f1, []', 8, 0, 8, 4",
    "'ld.global.f32 %f1, []', 12, 0, 12, 4",
    "'ld.global.f32 %f1, []', 32, 0, 32, 4",
    "'ld.global.f32 %f1, []', 36, 0, 32, 4",
    "'ld.global.f32 %f1, []', 0, 8, 1, 1",
    "'ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, []', 16, 0, 16, 16",
    "'ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, []', 16, 16, 17, 16",
    "'ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, []', 32, 0, 32, 16",
    "'ld.global.v2.f32 {%f1, %f2}, []', 8, 0, 8, 8",
    "'ld.global.u64 %rd2, []', 8, 8, 9, 8",
    "'ld.global.u16 %rs2, []', 2, 0, 2, 2",
    "'ld.global.u16 %rs2, []', 2, 2, 3, 2",
    "'ld.global.u8 %rs2, []', 1, 0, 1, 1",
    "'ld.global.u8 %rs2, []', 1, 5, 2, 1"
  })
  void sectorsOfALoad(String load, int stride, int offset, long sectors, long fewest) {
    Counts counts =
        device.count(perThread(load, stride, offset), ONE_WARP, device.counting(0, 320));
    assertThat(counts.loads().requests()).isEqualTo(1);
    assertThat(counts.loads().sectors()).isEqualTo(sectors);
    assertThat(counts.loads().fewestSectors()).isEqualTo(fewest);
    assertThat(counts.loads().movedSectors()).isEqualTo(sectors);
    assertThat(counts.loads().distinctSectors()).isEqualTo(sectors);
    assertThat(counts.stores()).isEqualTo(new GlobalCounts(0, 0, 0, 0, 0));
  }

  @ParameterizedTest(name = "{0}, stride {1}, from byte {2}: {3} sectors, at best {4}")
  @CsvSource({
    "'st.global.u32 [], %r1', 4, 0, 4, 4",
    "'st.global.u32 [], %r1', 4, 4, 5, 4",
    "'st.global.u32 [], %r1', 36, 0, 32, 4",
    "'st.global.v4.u32 [], {%r1, %r1, %r1, %r1}', 16, 0, 16, 16",
    "'st.global.v4.u32 [], {%r1, %r1, %r1, %r1}', 16, 16, 17, 16",
    "'st.global.u64 [], %rd5', 8, 0, 8, 8",
    "'st.global.u16 [], %rs1', 2, 0, 2, 2"
  })
  void sectorsOfAStore(String store, int stride, int offset, long sectors, long fewest) {
    Counts counts = device.count(perThread(store, stride, offset), ONE_WARP, device.blank(320));
    assertThat(counts.stores()).isEqualTo(new GlobalCounts(1, sectors, fewest, sectors, sectors));
    assertThat(counts.loads()).isEqualTo(new GlobalCounts(0, 0, 0, 0, 0));
    assertThat(counts.sectors()).isEqualTo(sectors);
    assertThat(counts.fewestSectors()).isEqualTo(fewest);
  }

  @Test
  void onlyActiveLanesCount() {
    String body =
        """
          setp.lt.u32 %p1, %thread, COUNT;
          mad.wide.u32 %rd1, %thread, 4, %array;
          @%p1 ld.global.u32 %r1, [%rd1];
        """;
    long array = device.counting(0, 32);
    SmallKernel twenty = SmallKernel.of("twenty", "u64 array", body.replace("COUNT", "20"));
    SmallKernel none = SmallKernel.of("none", "u64 array", body.replace("COUNT", "0"));
    assertThat(device.count(twenty, ONE_WARP, array).loads())
        .isEqualTo(new GlobalCounts(1, 3, 3, 3, 3));
    assertThat(device.count(none, ONE_WARP, array).loads())
        .isEqualTo(new GlobalCounts(0, 0, 0, 0, 0));
  }

  @Test
  void whatABlockReadAgainIsMovedOnce() {
    SmallKernel kernel =
        SmallKernel.of(
            "twice",
            "u64 array",
            """
              mad.wide.u32 %rd1, %thread, 4, %array;
              ld.global.u32 %r1, [%rd1];
              ld.global.u32 %r2, [%rd1+4];
            """);
    // Per warp 4 sectors, then 5; both warps together 256 + 4 bytes.
    long array = device.counting(0, 72);
    assertThat(device.count(kernel, LaunchShape.row(1, 64), array).loads())
        .isEqualTo(new GlobalCounts(4, 18, 16, 9, 9));
    assertThat(device.count(kernel, LaunchShape.row(3, 64), array).loads())
        .isEqualTo(new GlobalCounts(12, 54, 48, 27, 9));
  }

  @Test
  void aBlocksStoresIntoOneSectorAreMovedOnce() {
    SmallKernel kernel =
        SmallKernel.of(
            "halves",
            "u64 array",
            """
              mad.wide.u32 %rd1, %item, 8, %array;
              st.global.u32 [%rd1], %thread;
              st.global.u32 [%rd1+4], %thread;
            """);
    Counts counts = device.count(kernel, LaunchShape.row(2, 32), device.blank(128));
    assertThat(counts.stores()).isEqualTo(new GlobalCounts(4, 32, 16, 16, 16));
    assertThat(counts.movedSectors()).isEqualTo(16);
  }

  @Test
  void readingAndWritingInPlaceMovesEachSectorTwice() {
    SmallKernel kernel =
        SmallKernel.of(
            "in_place",
            "u64 array",
            """
              mad.wide.u32 %rd1, %item, 4, %array;
              ld.global.u32 %r1, [%rd1];
              add.u32 %r1, %r1, 1;
              st.global.u32 [%rd1], %r1;
            """);
    Counts counts = device.count(kernel, LaunchShape.row(4, 64), device.counting(0, 256));
    assertThat(counts.loads()).isEqualTo(new GlobalCounts(8, 32, 32, 32, 32));
    assertThat(counts.stores()).isEqualTo(new GlobalCounts(8, 32, 32, 32, 32));
    assertThat(counts.sectors()).isEqualTo(64);
    assertThat(counts.fewestSectors()).isEqualTo(64);
    assertThat(counts.movedSectors()).isEqualTo(64);
    assertThat(counts.distinctSectors()).isEqualTo(64);
  }

  @Test
  void aRowThatIsNotAligned() {
    // 64 blocks, each a row of 33 words: 132 bytes that begin 4 bytes later in each next row
    SmallKernel kernel =
        SmallKernel.of(
            "rows",
            "u64 array",
            """
              mad.wide.u32 %rd1, %item, 4, %array;
              st.global.u32 [%rd1], %thread;
            """);
    GlobalCounts stores =
        device.count(kernel, LaunchShape.row(8, 33), device.blank(8 * 33)).stores();
    // Of 8 rows one begins with a sector, and ends 4 bytes into its 5th; so do all the others.
    assertThat(stores.movedSectors()).isEqualTo(8 * 5);
    assertThat(stores.distinctSectors()).isEqualTo(33);
    assertThat(stores.fewestSectors()).isEqualTo(8 * (4 + 1));
  }

  @ParameterizedTest(name = "{0} at a stride of {1} bytes, {2} lanes: {3} conflicts")
  @CsvSource({
    "'st.shared.u32 [], %r1', 4, 32, 0",
    "'st.shared.u32 [], %r1', 8, 32, 1",
    "'st.shared.u32 [], %r1', 12, 32, 0",
    "'st.shared.u32 [], %r1', 16, 32, 3",
    "'st.shared.u32 [], %r1', 64, 32, 15",
    "'st.shared.u32 [], %r1', 128, 32, 31",
    "'st.shared.u32 [], %r1', 128, 16, 15",
    "'st.shared.u32 [], %r1', 128, 1, 0",
    "'st.shared.u32 [], %r1', 132, 32, 0",
    "'st.shared.u64 [], %rd5', 8, 32, 0",
    "'st.shared.u64 [], %rd5', 16, 32, 2",
    "'st.shared.v2.u32 [], {%r1, %r1}', 8, 32, 0",
    "'st.shared.v4.u32 [], {%r1, %r1, %r1, %r1}', 16, 32, 0",
    "'st.shared.v4.u32 [], {%r1, %r1, %r1, %r1}', 32, 32, 4",
    "'st.shared.v4.u32 [], {%r1, %r1, %r1, %r1}', 128, 32, 28",
    "'st.shared.u8 [], %r1', 1, 32, 0",
    "'st.shared.u16 [], %rs1', 2, 32, 0",
    "'st.shared.u16 [], %rs1', 128, 32, 31"
  })
  void bankConflicts(String store, int stride, int lanes, long conflicts) {
    SmallKernel kernel =
        SmallKernel.of(
            "banks",
            "",
            """
              .shared .align 16 .b8 tile[4352];
              mov.u32 %%r1, 5;
              mov.u64 %%rd5, 7;
              mov.u16 %%rs1, 9;
              mov.u32 %%r2, tile;
              mad.lo.u32 %%r2, %%thread, %d, %%r2;
              setp.lt.u32 %%p1, %%thread, %d;
              @%%p1 %s;
            """
                .formatted(stride, lanes, store.replace("[]", "[%r2]")));
    Counts counts = device.count(kernel, ONE_WARP);
    assertThat(counts.sharedRequests()).isEqualTo(1);
    assertThat(counts.bankConflicts()).isEqualTo(conflicts);
  }

  @Test
  void lanesThatReadTheSameWordDoNotConflict() {
    String body =
        """
          .shared .align 16 .b8 tile[512];
          mov.u32 %r1, tile;
          mad.lo.u32 %r2, %thread, 16, %r1;
          st.shared.v4.u32 [%r2], {%thread, %thread, %thread, %thread};
          bar.sync 0;
          LOAD
        """;
    String all = "ld.shared.u32 %r3, [tile+64];";
    String pairs =
        "shr.u32 %r4, %thread, 1; mad.lo.u32 %r4, %r4, 4, %r1; ld.shared.u32 %r3, [%r4];";
    // Even lanes read word 0, odd lanes word 32: the same bank.
    String twoWords =
        "and.b32 %r4, %thread, 1; mad.lo.u32 %r4, %r4, 128, %r1; ld.shared.u32 %r3, [%r4];";
    assertThat(conflictsOf(body.replace("LOAD", all))).isZero();
    assertThat(conflictsOf(body.replace("LOAD", pairs))).isZero();
    assertThat(conflictsOf(body.replace("LOAD", twoWords))).isEqualTo(1);
  }

  private long conflictsOf(String body) {
    SmallKernel kernel = SmallKernel.of("broadcast", "", body);
    Counts counts = device.count(kernel, ONE_WARP);
    assertThat(counts.sharedRequests()).isEqualTo(2);
    return counts.bankConflicts();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "'fma.rn.f32 %f2, %f1, %f1, %f1;', FLOAT32",
    "'add.f32 %f2, %f1, %f1;', FLOAT32",
    "'setp.lt.f32 %p3, %f1, %f1;', FLOAT32",
    "'mul.f64 %fd2, %fd1, %fd1;', FLOAT64",
    "'add.s32 %r2, %r1, %r1;', INTEGER",
    "'mad.wide.u32 %rd2, %r1, 4, %array;', INTEGER",
    "'xor.b32 %r2, %r1, %r1;', INTEGER",
    "'setp.eq.s32 %p3, %r1, %r1;', INTEGER",
    "'ld.global.u32 %r2, [%array];', LOAD_GLOBAL",
    "'ld.global.nc.v4.f32 {%f2, %f3, %f4, %f5}, [%array];', LOAD_GLOBAL",
    "'st.global.u32 [%rd1+128], %r1;', STORE_GLOBAL",
    "'atom.global.add.u32 %r2, [%array+128], 1;', STORE_GLOBAL",
    "'st.shared.u32 [%r3], %r1;', SHARED",
    "'bar.sync 0;', BARRIER",
    "'bra.uni next; next:', CONTROL",
    "'mov.u32 %r2, %r1;', OTHER",
    "'cvt.rn.f32.u32 %f2, %r1;', OTHER",
    "'shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;', OTHER"
  })
  void classesOfInstructions(String instruction, InstructionClass expected) {
    Counts without = countWith("");
    Counts with = countWith(instruction);
    for (InstructionClass each : InstructionClass.values()) {
      long more = each == expected ? 1 : 0;
      assertThat(difference(with.threadsByClass(), without.threadsByClass(), each))
          .as("%s by threads", each)
          .isEqualTo(64 * more);
      assertThat(difference(with.warpsByClass(), without.warpsByClass(), each))
          .as("%s by warps", each)
          .isEqualTo(2 * more);
    }
    assertThat(with.threadInstructions() - without.threadInstructions()).isEqualTo(64);
    assertThat(with.warpInstructions() - without.warpInstructions()).isEqualTo(2);
  }

  private static long difference(
      Map<InstructionClass, Long> with,
      Map<InstructionClass, Long> without,
      InstructionClass instruction) {
    return with.getOrDefault(instruction, 0L) - without.getOrDefault(instruction, 0L);
  }

  private Counts countWith(String instruction) {
    SmallKernel kernel =
        SmallKernel.of(
            "classes",
            "u64 array",
            """
              .reg .f64 %fd<4>;
              .shared .align 4 .b8 tile[256];
              mov.u32 %r3, tile;
              mad.lo.u32 %r3, %thread, 4, %r3;
              mov.u32 %r1, 5;
              mov.f32 %f1, 0f3F800000;
              mov.f64 %fd1, 0d3FF0000000000000;
              mad.wide.u32 %rd1, %thread, 4, %array;
            """
                + instruction);
    return device.count(kernel, LaunchShape.row(1, 64), device.counting(0, 128));
  }

  @Test
  void threadsWhoseGuardFailsDoNotCount() {
    Counts without = countWith("setp.lt.u32 %p1, %thread, 40;");
    Counts with = countWith("setp.lt.u32 %p1, %thread, 40;\n @%p1 add.u32 %r2, %r1, %r1;");
    assertThat(with.threadInstructions() - without.threadInstructions()).isEqualTo(40);
    assertThat(with.warpInstructions() - without.warpInstructions()).isEqualTo(2);
  }

  @Test
  void loopsCountEachRound() {
    // Each round: add, setp, bra. Threads of the first warp go round once, of the second 9 times.
    String loop =
        """
          mov.u32 %r2, 0;
          shr.u32 %r4, %thread, 5;
          mad.lo.u32 %r4, %r4, 8, 1;
        again:
          add.u32 %r2, %r2, 1;
          setp.lt.u32 %p1, %r2, %r4;
          @%p1 bra again;
        """;
    Counts without = countWith("");
    Counts with = countWith(loop);
    assertThat(with.warpInstructions() - without.warpInstructions()).isEqualTo(2 * 3 + 3 * (1 + 9));
  }

  @Test
  void countsDoNotDependOnTheSeed() {
    SmallKernel kernel =
        SmallKernel.of(
            "seeds",
            "u64 source, u64 target",
            """
              .shared .align 4 .b8 tile[256];
              mad.wide.u32 %rd1, %item, 4, %source;
              ld.global.u32 %r1, [%rd1];
              mov.u32 %r2, tile;
              mad.lo.u32 %r3, %thread, 4, %r2;
              st.shared.u32 [%r3], %r1;
              bar.sync 0;
              xor.b32 %r4, %thread, 33;
              mad.lo.u32 %r4, %r4, 4, %r2;
              ld.shared.u32 %r5, [%r4];
              mad.wide.u32 %rd2, %item, 4, %target;
              st.global.u32 [%rd2], %r5;
            """);
    Counts first = null;
    for (long seed = 1; seed <= 5; seed++) {
      try (TestDevice other = new TestDevice(seed)) {
        Counts counts =
            other.count(
                kernel, LaunchShape.row(7, 64), other.counting(0, 7 * 64), other.blank(7 * 64));
        first = first == null ? counts : first;
        assertThat(counts).isEqualTo(first);
      }
    }
  }
}
