package io.loxodrome.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PhiloxTest {
  private static final int DRAWS = 200_000;
  private final Philox random = new Philox(20240607);

  @Test
  void publishedAnswerForZeroCounterAndZeroKey() {
    assertThat(words(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  }

  @Test
  void publishedAnswerForAllOnes() {
    assertThat(words(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
  }

  @Test
  void publishedAnswerForDigitsOfPi() {
    assertThat(words(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3243f6a88L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void numbersAreReadFromTheBlockAsDocumented() {
    int[] words = words(random.seed(), 7, 9);
    assertThat(random.uniformFloat(7, 9)).isEqualTo((words[0] >>> 8) / (float) (1 << 24));
    BigInteger bits =
        BigInteger.valueOf(words[1] & 0xFFFFFFFFL)
            .shiftLeft(32)
            .or(BigInteger.valueOf(words[0] & 0xFFFFFFFFL));
    assertThat(random.uniform(7, 9)).isEqualTo(bits.shiftRight(11).doubleValue() / 0x1p53);
    assertThat(random.below(7, 9, 60_000))
        .isEqualTo(bits.multiply(BigInteger.valueOf(60_000)).shiftRight(64).intValueExact());
  }

  @Property
  void belowIsTheExactUpperPartOfTheProduct(
      @ForAll long seed, @ForAll long index, @ForAll @IntRange(min = 1) int bound) {
    int[] words = words(seed, 1, index);
    BigInteger bits = new BigInteger(String.format("%08x%08x", words[1], words[0]), 16);
    int expected = bits.multiply(BigInteger.valueOf(bound)).shiftRight(64).intValueExact();
    assertThat(new Philox(seed).below(1, index, bound)).isEqualTo(expected).isBetween(0, bound - 1);
  }

  @Test
  void uniformsFillTheUnitIntervalEvenly() {
    assertMoments(i -> random.uniform(1, i), 0.5, 1.0 / 12);
    assertMoments(i -> random.uniformFloat(2, i), 0.5, 1.0 / 12);
    assertThat(IntStream.range(0, DRAWS).mapToDouble(i -> random.uniform(1, i)))
        .allMatch(u -> u >= 0 && u < 1);
    int[] perTenth = new int[10];
    IntStream.range(0, DRAWS).forEach(i -> perTenth[(int) (10 * random.uniform(1, i))]++);
    assertThat(IntStream.of(perTenth)).allMatch(count -> Math.abs(count - DRAWS / 10) < 600);
  }

  @Test
  void normalsHaveTheMomentsOfTheStandardNormal() {
    assertMoments(i -> random.normal(3, i), 0, 1);
    assertMoments(i -> lane(4, i), 0, 1);
    assertThat(mean(i -> Math.pow(random.normal(3, i), 4))).isCloseTo(3, within(0.12));
    assertThat(mean(i -> Math.pow(lane(4, i), 4))).isCloseTo(3, within(0.12));
    assertThat(mean(i -> lane(4, 2 * i) * lane(4, 2 * i + 1))).isCloseTo(0, within(0.012));
  }

  @Test
  void aNormalFollowsItsFormula() {
    for (int index = 0; index < 20; index++) {
      int[] words = words(random.seed(), 5, index);
      double u = (Integer.toUnsignedLong(words[1]) + 1.0) / 0x1p32;
      double turns = Integer.toUnsignedLong(words[3]) / 0x1p32;
      assertThat(random.normal(5, index))
          .isCloseTo(Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * turns), within(1e-6));
    }
  }

  @Test
  void fourNormalsFollowTheirFormula() {
    int[] words = words(random.seed(), 5, 6);
    float[] values = new float[6];
    random.normals(5, 6, values, 1);
    assertThat(values[0]).isZero();
    assertThat(values[5]).isZero();
    for (int pair = 0; pair < 2; pair++) {
      double u = (Integer.toUnsignedLong(words[2 * pair]) + 0.5) / 0x1p32;
      double turns = Integer.toUnsignedLong(words[2 * pair + 1]) / 0x1p32;
      double radius = Math.sqrt(-2 * Math.log(u));
      assertThat(values[1 + 2 * pair])
          .isCloseTo((float) (radius * Math.cos(2 * Math.PI * turns)), within(1e-6f));
      assertThat(values[2 + 2 * pair])
          .isCloseTo((float) (radius * Math.sin(2 * Math.PI * turns)), within(1e-6f));
    }
  }

  @Test
  void permutationsHoldEveryNumberOnce() {
    for (int size : new int[] {0, 1, 2, 17, 1000}) {
      assertThat(random.permutation(3, size))
          .containsExactlyInAnyOrder(IntStream.range(0, size).toArray());
    }
  }

  @Test
  void everyOrderOfThreeIsAsLikely() {
    int[] counts = new int[27];
    for (int stream = 0; stream < 60_000; stream++) {
      int[] order = random.permutation(stream, 3);
      counts[9 * order[0] + 3 * order[1] + order[2]]++;
    }
    assertThat(IntStream.of(counts).filter(count -> count > 0))
        .hasSize(6)
        .allMatch(count -> Math.abs(count - 10_000) < 450);
  }

  @Test
  void seedsStreamsIndicesAndLabelsAllMatter() {
    Set<Double> seen = new HashSet<>();
    for (int high = 0; high < 2; high++) {
      for (int low = 0; low < 2; low++) {
        long value = (long) high << 32 | low;
        seen.add(new Philox(value).uniform(5, 5));
        seen.add(random.uniform(value, 5));
        seen.add(random.uniform(5, value));
        seen.add(random.derived(value).uniform(5, 5));
      }
    }
    assertThat(seen).hasSize(16);
    assertThat(random.derived(3)).isEqualTo(random.derived(3));
  }

  @Test
  void impossibleBoundsAndSizesAreRefused() {
    assertThatThrownBy(() -> random.below(0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bound is 0, expected 1 or more");
    assertThatThrownBy(() -> random.permutation(0, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size is -1, expected 0 or more");
  }

  private static int[] words(long seed, long stream, long index) {
    int[] words = new int[4];
    new Philox(seed).block(stream, index, words);
    return words;
  }

  private double lane(long stream, int position) {
    float[] four = new float[4];
    random.normals(stream, position / 4, four, 0);
    return four[position % 4];
  }

  /** Five standard errors of a mean and a variance of DRAWS draws are below 0.016 here. */
  private static void assertMoments(IntToDoubleFunction draw, double mean, double variance) {
    assertThat(mean(draw)).isCloseTo(mean, within(0.012));
    assertThat(mean(i -> Math.pow(draw.applyAsDouble(i) - mean, 2)))
        .isCloseTo(variance, within(0.016 * variance));
  }

  private static double mean(IntToDoubleFunction draw) {
    return IntStream.range(0, DRAWS).mapToDouble(draw).sum() / DRAWS;
  }
}
