package io.loxodrome.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.cuda.LaunchShape;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Programs of random jumps: a warp in lock-step, whose lanes part and meet, must come to what each
 * thread comes to by itself.
 *
 * <p>Each block of a program computes x = x * factor + term and goes on at one of a few blocks by
 * bits of x, loops with several entries included; after so many blocks a thread goes to the end.
 */
@Tag("ptx")
final class RandomFlowTest {
  private static final int THREADS = 80;
  private static final int PROGRAMS = 150;
  private static final int STEPS = 40;
  private static final int LEFT_EARLY = 1_000_000_007;

  /**
   * A basic block.
   *
   * @param shift of the bits of x that choose where to go on
   * @param exits whether threads with those bits 0 end here
   * @param targets 2 for a branch, 4 for an indexed one
   */
  private record Block(int factor, int term, int shift, boolean exits, List<Integer> targets) {}

  private static Block[] program(Random random) {
    Block[] blocks = new Block[2 + random.nextInt(8)];
    for (int i = 0; i < blocks.length; i++) {
      int count = random.nextInt(4) == 0 ? 4 : 2;
      blocks[i] =
          new Block(
              random.nextInt() | 1,
              random.nextInt(),
              random.nextInt(28),
              random.nextInt(6) == 0,
              random.ints(count, 0, blocks.length).boxed().toList());
    }
    return blocks;
  }

  /** Adds to x how many lanes are at the same place. */
  private static final String MEETING =
      "activemask.b32 %r3; popc.b32 %r3, %r3; add.u32 %r1, %r1, %r3;";

  /** Where no thread ends before it, the end is the one place that all come by. */
  private static boolean allMeetAtTheEnd(Block[] blocks) {
    return Stream.of(blocks).noneMatch(Block::exits);
  }

  private static String body(Block[] blocks) {
    StringBuilder text =
        new StringBuilder(
            """
              mad.wide.u32 %rd1, %item, 4, %target;
              mul.lo.u32 %r1, %item, 40503;
              mov.u32 %r2, 0;
            """);
    for (int i = 0; i < blocks.length; i++) {
      text.append(block(i, blocks[i]));
    }
    return text.append(
            """
            end:
              MEETING
              st.global.u32 [%rd1], %r1;
            """)
        .toString()
        .replace("MEETING", allMeetAtTheEnd(blocks) ? MEETING : "");
  }

  private static String block(int index, Block block) {
    String leave =
        """
          setp.eq.u32 %p1, %r3, 0;
          @!%p1 bra stay_INDEX;
          add.u32 %r1, %r1, 1000000007;
          st.global.u32 [%rd1], %r1;
          exit;
        stay_INDEX:
        """;
    String go =
        block.targets.size() == 2
            ? """
                and.b32 %r3, %r3, 1;
                setp.ne.u32 %p2, %r3, 0;
                @%p2 bra block_T1;
                bra.uni block_T0;
              """
            : """
              table_INDEX: .branchtargets block_T0, block_T1, block_T2, block_T3;
                brx.idx %r3, table_INDEX;
              """;
    String text =
        """
        block_INDEX:
          setp.ge.u32 %p0, %r2, STEPS;
          @%p0 bra end;
          add.u32 %r2, %r2, 1;
          mad.lo.u32 %r1, %r1, FACTOR, TERM;
          shr.u32 %r3, %r1, SHIFT;
          and.b32 %r3, %r3, 3;
        """
            + (block.exits ? leave : "")
            + go;
    for (int i = 0; i < block.targets.size(); i++) {
      text = text.replace("block_T" + i, "block_" + block.targets.get(i));
    }
    return text.replace("INDEX", "" + index)
        .replace("STEPS", "" + STEPS)
        .replace("FACTOR", "" + block.factor)
        .replace("TERM", "" + block.term)
        .replace("SHIFT", "" + block.shift);
  }

  private static int[] eachThreadAlone(Block[] blocks) {
    int[] results = new int[THREADS];
    boolean meet = allMeetAtTheEnd(blocks);
    for (int thread = 0; thread < THREADS; thread++) {
      int x = thread * 40503;
      int at = 0;
      boolean left = false;
      for (int step = 0; step < STEPS && !left; step++) {
        Block block = blocks[at];
        x = x * block.factor + block.term;
        int bits = x >>> block.shift & 3;
        left = block.exits && bits == 0;
        at = block.targets.get(bits & (block.targets.size() - 1));
      }
      int lanes = Math.min(32, THREADS - thread / 32 * 32);
      results[thread] = x + (left ? LEFT_EARLY : meet ? lanes : 0);
    }
    return results;
  }

  @Test
  void lanesComeToWhatEachThreadComesToAlone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int program = 0; program < PROGRAMS; program++) {
      Block[] blocks = program(random);
      SmallKernel kernel = SmallKernel.of("flow", "u64 target", body(blocks));
      try (TestDevice device = new TestDevice(random.nextLong())) {
        long target = device.blank(THREADS);
        device.run(kernel, LaunchShape.row(1, THREADS), TestDevice.addresses(kernel, target));
        assertThat(device.words(target, THREADS))
            .as("program %d of seed %d:%n%s", program, seed, kernel.text())
            .isEqualTo(eachThreadAlone(blocks));
      }
    }
  }
}
