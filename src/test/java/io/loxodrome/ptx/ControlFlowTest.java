package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.KernelModule;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.Stream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Branches, loops, barriers, blocks and the memory that a launch begins with. */
@Tag("ptx")
final class ControlFlowTest {
  private static final long SEED = 7;

  /** Stores %r0 as this thread's result; ends bodies. */
  private static final String STORE =
      """
        mad.wide.u32 %rd0, %item, 4, %target;
        st.global.u32 [%rd0], %r0;
      """;

  private static int[] results(String body, int blocks, int threads, long seed) {
    SmallKernel kernel = SmallKernel.of("flow", "u64 target", body + STORE);
    try (TestDevice device = new TestDevice(seed)) {
      long target = device.blank(blocks * threads);
      device.run(kernel, LaunchShape.row(blocks, threads), TestDevice.addresses(kernel, target));
      return device.words(target, blocks * threads);
    }
  }

  private static void assertResults(String body, int threads, IntUnaryOperator expected) {
    assertThat(results(body, 1, threads, SEED))
        .isEqualTo(IntStream.range(0, threads).map(expected).toArray());
  }

  @Test
  void bothSidesOfABranch() {
    String body =
        """
          and.b32 %r1, %thread, 1;
          setp.eq.u32 %p1, %r1, 0;
          @%p1 bra even;
          add.u32 %r0, %thread, 100;
          bra.uni join;
        even:
          add.u32 %r0, %thread, 200;
        join:
          add.u32 %r0, %r0, 1000;
        """;
    assertResults(body, 96, t -> 1000 + t + (t % 2 == 0 ? 200 : 100));
  }

  @Test
  void branchesWithinBranches() {
    String body =
        """
          mov.u32 %r0, 0;
          and.b32 %r1, %thread, 1;
          and.b32 %r2, %thread, 2;
          and.b32 %r3, %thread, 4;
          setp.ne.u32 %p1, %r1, 0;
          setp.ne.u32 %p2, %r2, 0;
          setp.ne.u32 %p3, %r3, 0;
          @!%p1 bra outer;
          add.u32 %r0, %r0, 1;
          @!%p2 bra middle;
          add.u32 %r0, %r0, 10;
          @%p3 bra inner;
          bra.uni middle;
        inner:
          add.u32 %r0, %r0, 100;
        middle:
          add.u32 %r0, %r0, 1000;
        outer:
          add.u32 %r0, %r0, 10000;
        """;
    int[] byLowBits = {10000, 11001, 10000, 11011, 10000, 11001, 10000, 11111};
    assertResults(body, 64, t -> byLowBits[t % 8]);
  }

  @Test
  void loopsWithAnotherLengthInEachLane() {
    String body =
        """
          mov.u32 %r0, 0;
          mov.u32 %r1, 0;
        again:
          setp.ge.u32 %p1, %r1, %thread;
          @%p1 bra done;
          add.u32 %r1, %r1, 1;
          add.u32 %r0, %r0, %r1;
          bra.uni again;
        done:
          add.u32 %r0, %r0, 1000000;
        """;
    assertResults(body, 70, t -> 1000000 + t * (t + 1) / 2);
  }

  @Test
  void loopsThatEndAtTheirFoot() {
    String body =
        """
          mov.u32 %r0, 0;
          add.u32 %r1, %thread, 1;
        again:
          .pragma "nounroll";
          add.u32 %r0, %r0, 3;
          add.u32 %r1, %r1, -1;
          setp.ne.u32 %p1, %r1, 0;
          @%p1 bra again;
        """;
    assertResults(body, 64, t -> 3 * (t + 1));
  }

  @Test
  void loopsThatAreLeftAndContinuedFromTheMiddle() {
    // for (i = 0; i < 40; i++) { if (i is odd) continue; if (i == thread) break; result += i; }
    String body =
        """
          mov.u32 %r0, 0;
          mov.u32 %r1, 0;
        again:
          and.b32 %r2, %r1, 1;
          setp.ne.u32 %p1, %r2, 0;
          @%p1 bra next;
          setp.eq.u32 %p2, %r1, %thread;
          @%p2 bra done;
          add.u32 %r0, %r0, %r1;
        next:
          add.u32 %r1, %r1, 1;
          setp.lt.u32 %p3, %r1, 40;
          @%p3 bra again;
        done:
        """;
    assertResults(body, 64, t -> t % 2 == 0 && t < 40 ? t / 2 * (t / 2 - 1) : 380);
  }

  @Test
  void loopsWithinLoops() {
    String body =
        """
          mov.u32 %r0, 0;
          and.b32 %r5, %thread, 3;
          shr.u32 %r6, %thread, 2;
          mov.u32 %r1, 0;
        outer:
          setp.ge.u32 %p1, %r1, %r5;
          @%p1 bra done;
          mov.u32 %r2, 0;
        inner:
          setp.ge.u32 %p2, %r2, %r6;
          @%p2 bra innerDone;
          add.u32 %r0, %r0, 1;
          add.u32 %r2, %r2, 1;
          bra.uni inner;
        innerDone:
          add.u32 %r1, %r1, 1;
          bra.uni outer;
        done:
        """;
    assertResults(body, 64, t -> t % 4 * (t / 4));
  }

  @Test
  void branchesThatShareATarget() {
    // if (bit 0 || bit 1) 7 else 9: two branches into one block, as short-circuit code has them
    String body =
        """
          and.b32 %r1, %thread, 1;
          setp.ne.u32 %p1, %r1, 0;
          @%p1 bra yes;
          and.b32 %r1, %thread, 2;
          setp.ne.u32 %p1, %r1, 0;
          @%p1 bra yes;
          mov.u32 %r0, 9;
          bra.uni join;
        yes:
          mov.u32 %r0, 7;
        join:
        """;
    assertResults(body, 64, t -> t % 4 == 0 ? 9 : 7);
  }

  @Test
  void threadsMeetAgainBehindABranch() {
    // The exchange names all lanes; it would not be complete if some were still elsewhere.
    String body =
        """
          mov.u32 %r1, %thread;
          setp.lt.u32 %p1, %thread, 5;
          @%p1 bra few;
          add.u32 %r1, %r1, 100;
          bra.uni join;
        few:
          add.u32 %r1, %r1, 200;
        join:
          shfl.sync.bfly.b32 %r0, %r1, 1, 31, -1;
          activemask.b32 %r2;
          popc.b32 %r2, %r2;
          mad.lo.u32 %r0, %r2, 1000, %r0;
        """;
    assertResults(body, 32, t -> 32000 + ((t ^ 1) < 5 ? 200 : 100) + (t ^ 1));
  }

  @Test
  void threadsMeetAgainBehindALoop() {
    String body =
        """
          mov.u32 %r1, 0;
        again:
          add.u32 %r1, %r1, 1;
          setp.le.u32 %p1, %r1, %thread;
          @%p1 bra again;
          shfl.sync.idx.b32 %r0, %r1, 31, 31, -1;
        """;
    assertResults(body, 32, t -> 32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ret", "exit"})
  void threadsThatEndEarlyLeaveTheOthersAlone(String end) {
    String body =
        """
          mul.lo.u32 %r0, %thread, 3;
          mad.wide.u32 %rd0, %item, 4, %target;
          st.global.u32 [%rd0], %r0;
          setp.gt.u32 %p1, %thread, 40;
          @%p1 END;
          and.b32 %r1, %thread, 1;
          setp.eq.u32 %p1, %r1, 0;
          @%p1 bra even;
          END;
        even:
          activemask.b32 %r1;
          and.b32 %r1, %r1, 0x55555555;
          popc.b32 %r0, %r1;
        """
            .replace("END", end);
    assertResults(body, 64, t -> t > 40 || t % 2 == 1 ? 3 * t : t < 32 ? 16 : 5);
  }

  @Test
  void indexedBranches() {
    String body =
        """
          and.b32 %r1, %thread, 3;
          table: .branchtargets zero, one, two, one;
          brx.idx %r1, table;
        zero:
          mov.u32 %r0, 10;
          bra.uni join;
        one:
          mov.u32 %r0, 20;
          bra.uni join;
        two:
          mov.u32 %r0, 30;
        join:
          shfl.sync.bfly.b32 %r0, %r0, 1, 31, -1;
        """;
    int[] neighbours = {20, 10, 20, 30};
    assertResults(body, 64, t -> neighbours[t % 4]);
  }

  @Test
  void cutOffWarps() {
    String body = "  add.u32 %r0, %thread, 5;\n";
    for (int threads : new int[] {1, 31, 33, 65, 1023, 1024}) {
      assertResults(body, threads, t -> t + 5);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void warpsWaitForEachOtherAtBarriers(long seed) {
    // a tree sum over 256 threads; one warp is slower than the others before the first barrier
    String body =
        """
          .shared .align 4 .b8 tile[1024];
          mov.u32 %r1, tile;
          mad.lo.u32 %r1, %thread, 4, %r1;
          setp.ge.u32 %p1, %thread, 32;
          @%p1 bra ready;
          mov.u32 %r2, 0;
        wait:
          add.u32 %r2, %r2, 1;
          setp.lt.u32 %p2, %r2, 100;
          @%p2 bra wait;
        ready:
          add.u32 %r3, %thread, %block;
          st.shared.u32 [%r1], %r3;
          mov.u32 %r4, 128;
        level:
          bar.sync 0;
          setp.ge.u32 %p3, %thread, %r4;
          @%p3 bra idle;
          mad.lo.u32 %r5, %r4, 4, %r1;
          ld.shared.u32 %r6, [%r5];
          ld.shared.u32 %r7, [%r1];
          add.u32 %r7, %r7, %r6;
          st.shared.u32 [%r1], %r7;
        idle:
          shr.u32 %r4, %r4, 1;
          setp.ne.u32 %p4, %r4, 0;
          @%p4 bra level;
          bar.sync 0;
          ld.shared.u32 %r0, [tile];
        """;
    assertThat(results(body, 9, 256, seed))
        .isEqualTo(
            IntStream.range(0, 9 * 256).map(item -> 255 * 128 + 256 * (item / 256)).toArray());
  }

  @Test
  void barriersWithinABranchThatAllThreadsTake() {
    String body =
        """
          .shared .align 4 .b8 tile[256];
          mov.u32 %r1, tile;
          mad.lo.u32 %r2, %thread, 4, %r1;
          and.b32 %r3, %block, 1;
          setp.eq.u32 %p1, %r3, 0;
          mov.u32 %r0, 77;
          @%p1 bra join;
          st.shared.u32 [%r2], %thread;
          bar.sync 0;
          sub.u32 %r4, 63, %thread;
          mad.lo.u32 %r4, %r4, 4, %r1;
          ld.shared.u32 %r0, [%r4];
        join:
        """;
    assertThat(results(body, 4, 64, SEED))
        .isEqualTo(IntStream.range(0, 256).map(i -> i / 64 % 2 == 0 ? 77 : 63 - i % 64).toArray());
  }

  @Test
  void barriersHoldForThreadsThatHaveEnded() {
    // the last warp is cut off, and half of the first is gone when the rest meets
    String body =
        """
          mov.u32 %r0, 1;
          mad.wide.u32 %rd0, %item, 4, %target;
          st.global.u32 [%rd0], %r0;
          setp.lt.u32 %p1, %thread, 16;
          @%p1 exit;
          bar.sync 0;
          mov.u32 %r0, 2;
        """;
    assertResults(body, 40, t -> t < 16 ? 1 : 2);
  }

  @Test
  void barriersCount() {
    String body =
        """
          setp.lt.u32 %p1, %thread, 37;
          bar.red.popc.u32 %r0, 0, %p1;
        """;
    assertResults(body, 70, t -> 37);
  }

  /** Each block takes a ticket: the order in which they ran. */
  private static int[] blockOrder(long seed, int blocks) {
    SmallKernel kernel =
        SmallKernel.of(
            "tickets",
            "u64 target, u64 counter",
            """
              atom.global.add.u32 %r1, [%counter], 1;
              mad.wide.u32 %rd1, %block, 4, %target;
              st.global.u32 [%rd1], %r1;
            """);
    try (TestDevice device = new TestDevice(seed)) {
      long target = device.blank(blocks);
      long counter = device.holding(0);
      device.run(kernel, LaunchShape.row(blocks, 1), TestDevice.addresses(kernel, target, counter));
      return device.words(target, blocks);
    }
  }

  @Test
  void theSeedDecidesTheOrderOfBlocks() {
    Set<String> orders = new HashSet<>();
    for (long seed = 1; seed <= 8; seed++) {
      int[] order = blockOrder(seed, 37);
      assertThat(order).isEqualTo(blockOrder(seed, 37));
      assertThat(IntStream.of(order).sorted())
          .containsExactlyElementsOf(IntStream.range(0, 37).boxed().toList());
      orders.add(Arrays.toString(order));
    }
    assertThat(orders).hasSizeGreaterThan(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyBlockOfAGridOfThreeAxesRunsOnce(long seed) {
    SmallKernel kernel =
        SmallKernel.of(
            "grid",
            "u64 target",
            """
              mov.u32 %r1, %ctaid.y;
              mov.u32 %r2, %ctaid.z;
              mov.u32 %r3, %nctaid.x;
              mov.u32 %r4, %nctaid.y;
              mad.lo.u32 %r5, %r2, %r4, %r1;
              mad.lo.u32 %r5, %r5, %r3, %block;
              mad.lo.u32 %r5, %r5, %threads, %thread;
              mad.wide.u32 %rd1, %r5, 4, %target;
              mov.u32 %r6, %nctaid.z;
              mad.lo.u32 %r7, %r2, 100, %r1;
              mad.lo.u32 %r7, %r7, 100, %block;
              mad.lo.u32 %r7, %r6, 1000000, %r7;
              st.global.u32 [%rd1], %r7;
            """);
    try (TestDevice device = new TestDevice(seed)) {
      long target = device.blank(7 * 5 * 3 * 33);
      device.run(kernel, new LaunchShape(7, 5, 3, 33, 0), TestDevice.addresses(kernel, target));
      int[] expected = new int[7 * 5 * 3 * 33];
      for (int i = 0; i < expected.length; i++) {
        int block = i / 33;
        expected[i] = 3000000 + block / 35 * 10000 + block / 7 % 5 * 100 + block % 7;
      }
      assertThat(device.words(target, expected.length)).isEqualTo(expected);
    }
  }

  @Test
  void staticAndDynamicSharedMemoryLieApart() {
    SmallKernel kernel =
        new SmallKernel(
            "shared",
            """
            .version 7.0
            .target sm_75
            .address_size 64
            .extern .shared .align 16 .b8 dynamic[];
            .visible .entry shared(.param .u64 target)
            {
              .reg .b32 %r<9>;
              .reg .b64 %rd<4>;
              .shared .align 1 .b8 odd[3];
              .shared .align 8 .b64 words[32];
              ld.param.u64 %rd1, [target];
              cvta.to.global.u64 %rd1, %rd1;
              mov.u32 %r1, %tid.x;
              mul.wide.u32 %rd2, %r1, 8;
              mov.u64 %rd3, words;
              add.s64 %rd3, %rd3, %rd2;
              cvt.u64.u32 %rd2, %r1;
              st.shared.u64 [%rd3], %rd2;
              mov.u32 %r2, dynamic;
              and.b32 %r8, %r2, 15;
              mad.lo.u32 %r2, %r1, 16, %r2;
              add.u32 %r3, %r1, 1000;
              st.shared.v4.u32 [%r2], {%r3, %r3, %r3, %r3};
              bar.sync 0;
              xor.b32 %r4, %r1, 31;
              mov.u32 %r5, dynamic;
              mad.lo.u32 %r5, %r4, 16, %r5;
              ld.shared.u32 %r6, [%r5+12];
              mov.u32 %r5, words;
              mad.lo.u32 %r5, %r4, 8, %r5;
              ld.shared.u32 %r7, [%r5];
              mad.lo.u32 %r6, %r7, 10000, %r6;
              add.u32 %r6, %r6, %r8;
              mad.wide.u32 %rd1, %r1, 4, %rd1;
              st.global.u32 [%rd1], %r6;
              ret;
            }
            """);
    try (TestDevice device = new TestDevice(SEED)) {
      long target = device.blank(32);
      device.run(
          kernel, LaunchShape.row(1, 32).withShared(512), TestDevice.addresses(kernel, target));
      assertThat(device.words(target, 32))
          .isEqualTo(IntStream.range(0, 32).map(t -> (31 - t) * 10001 + 1000).toArray());
    }
  }

  private static final String VARIABLES =
      """
      .version 7.0
      .target sm_75
      .address_size 64
      .global .u32 counter = 41;
      .global .align 8 .f64 real = 0d3FF8000000000000;
      .global .align 4 .f32 singles[4] = {0f3F800000, 2.0, 0f40400000};
      .global .align 2 .u16 shorts[3] = {1, 65535, 3};
      .global .align 1 .b8 bytes[5] = {1, 2, 255};
      .global .align 16 .u64 wide[2] = {-1, 4294967296};
      .global .align 4 .s32 grid[2][2] = {{1, -2}, {3, 4}};
      .const .align 4 .f32 factor = 0f40000000;
      .const .align 4 .b8 raw[8] = {0, 0, 128, 63, 10};
      .visible .entry variables(.param .u64 target)
      {
        .reg .b16 %rs<4>;
        .reg .b32 %r<16>;
        .reg .b64 %rd<8>;
        .reg .f32 %f<8>;
        .reg .f64 %fd<4>;
        ld.param.u64 %rd1, [target];
        cvta.to.global.u64 %rd1, %rd1;
        ld.global.u32 %r1, [counter];
        add.u32 %r1, %r1, 1;
        st.global.u32 [counter], %r1;
        st.global.u32 [%rd1], %r1;
        ld.global.f64 %fd1, [real];
        cvt.rn.f32.f64 %f1, %fd1;
        st.global.f32 [%rd1+4], %f1;
        ld.global.f32 %f1, [singles+4];
        ld.global.f32 %f2, [singles+8];
        ld.global.f32 %f3, [singles+12];
        add.f32 %f1, %f1, %f2;
        add.f32 %f1, %f1, %f3;
        st.global.f32 [%rd1+8], %f1;
        ld.global.u16 %r2, [shorts+2];
        ld.global.u8 %r3, [bytes+2];
        ld.global.u8 %r4, [bytes+4];
        add.u32 %r2, %r2, %r3;
        add.u32 %r2, %r2, %r4;
        st.global.u32 [%rd1+12], %r2;
        ld.global.v2.u64 {%rd2, %rd3}, [wide];
        add.u64 %rd2, %rd2, %rd3;
        shr.u64 %rd2, %rd2, 4;
        cvt.u32.u64 %r5, %rd2;
        st.global.u32 [%rd1+16], %r5;
        ld.global.s32 %r6, [grid+4];
        ld.global.s32 %r7, [grid+8];
        mul.lo.s32 %r6, %r6, %r7;
        st.global.u32 [%rd1+20], %r6;
        ld.const.f32 %f4, [factor];
        ld.const.f32 %f5, [raw];
        add.f32 %f4, %f4, %f5;
        st.global.f32 [%rd1+24], %f4;
        ld.const.u32 %r8, [raw+4];
        st.global.u32 [%rd1+28], %r8;
        ret;
      }
      .visible .entry second(.param .u64 target)
      {
        .reg .b32 %r<2>;
        .reg .b64 %rd<2>;
        ld.param.u64 %rd1, [target];
        cvta.to.global.u64 %rd1, %rd1;
        ld.global.u32 %r1, [counter];
        st.global.u32 [%rd1], %r1;
        ret;
      }
      """;

  @Test
  void variablesStartWithTheirInitialValuesAndLiveAsLongAsTheModule() {
    try (TestDevice device = new TestDevice(SEED)) {
      PtxDriver driver = device.driver();
      KernelModule module = driver.load("variables.ptx", VARIABLES);
      Kernel kernel = driver.kernel(module, "variables");
      long target = device.blank(8);
      Arguments arguments = Arguments.of("variables").address("target", target, 4);
      driver.launch(kernel, LaunchShape.row(1, 1), arguments, Stream.DEFAULT);
      assertThat(device.words(target, 8))
          .containsExactly(
              42,
              Float.floatToIntBits(1.5f),
              Float.floatToIntBits(5),
              65535 + 255,
              0x0fffffff,
              -6,
              Float.floatToIntBits(3),
              10);
      driver.launch(kernel, LaunchShape.row(1, 1), arguments, Stream.DEFAULT);
      assertThat(device.words(target, 1)).containsExactly(43);
      driver.launch(
          driver.kernel(module, "second"),
          LaunchShape.row(1, 1),
          Arguments.of("second").address("target", target, 4),
          Stream.DEFAULT);
      assertThat(device.words(target, 1)).containsExactly(43);

      Kernel fresh = driver.kernel(driver.load("again.ptx", VARIABLES), "variables");
      driver.launch(fresh, LaunchShape.row(1, 1), arguments, Stream.DEFAULT);
      assertThat(device.words(target, 1)).containsExactly(42);
    }
  }

  @Test
  void parametersOfBothSizesInAnyOrder() {
    SmallKernel kernel =
        new SmallKernel(
            "parameters",
            """
            .version 7.0
            .target sm_75
            .address_size 64
            .visible .entry parameters(
              .param .u32 parameters_param_0,
              .param .u64 parameters_param_1,
              .param .f32 parameters_param_2,
              .param .s32 parameters_param_3,
              .param .b32 parameters_param_4,
              .param .f64 parameters_param_5,
              .param .align 8 .b64 parameters_param_6,
              .param .s64 parameters_param_7
            )
            {
              .reg .b32 %r<8>;
              .reg .b64 %rd<8>;
              .reg .f32 %f<2>;
              .reg .f64 %fd<2>;
              ld.param.u32 %r1, [parameters_param_0];
              ld.param.u64 %rd1, [parameters_param_1];
              ld.param.f32 %f1, [parameters_param_2];
              ld.param.u32 %r2, [parameters_param_3];
              ld.param.u32 %r3, [parameters_param_4];
              ld.param.f64 %fd1, [parameters_param_5];
              ld.param.u64 %rd2, [parameters_param_6];
              ld.param.u64 %rd3, [parameters_param_7];
              cvta.to.global.u64 %rd1, %rd1;
              st.global.v4.u32 [%rd1], {%r1, %r2, %r3, %r3};
              st.global.f32 [%rd1+12], %f1;
              st.global.f64 [%rd1+16], %fd1;
              st.global.v2.u64 [%rd1+32], {%rd2, %rd3};
              st.global.u64 [%rd1+24], %rd2;
              ret;
            }
            """);
    try (TestDevice device = new TestDevice(SEED)) {
      long target = device.blank(12);
      Arguments arguments =
          Arguments.of("parameters")
              .int32("a", -2, Integer.MIN_VALUE, Integer.MAX_VALUE)
              .address("target", target, 16)
              .float32("b", 1.5)
              .int32("c", 3, 0, 9)
              .int32("d", 4, 0, 9)
              .bits64(0x3ff8_0000_0000_0000L)
              .bits64(0x1234_5678_9abc_def0L)
              .int64("e", -1, Long.MIN_VALUE, Long.MAX_VALUE);
      device.run(kernel, LaunchShape.row(1, 1), arguments);
      assertThat(device.words(target, 12))
          .containsExactly(
              -2,
              3,
              4,
              0x3fc00000,
              0,
              0x3ff80000,
              0x9abcdef0,
              0x12345678,
              0x9abcdef0,
              0x12345678,
              -1,
              -1);
    }
  }

  @Test
  void registersOfInnerScopesAreTheirOwn() {
    String body =
        """
          mov.u32 %r0, %thread;
          { .reg .b32 %r0, inner; mov.u32 %r0, 5; add.u32 inner, %r0, 1; mov.u32 %r1, inner; }
          {
            .reg .b64 inner; // another one
            mov.u64 inner, 7; /* over
            two lines */ cvt.u32.u64 %r2, inner;
          }
          mad.lo.u32 %r0, %r1, 1000, %r0;
          mad.lo.u32 %r0, %r2, 100000, %r0;
        """;
    assertResults(body, 32, t -> 706000 + t);
  }
}
