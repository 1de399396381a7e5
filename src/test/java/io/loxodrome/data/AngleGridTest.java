package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AngleGridTest {
  private final AngleGrid grid = new AngleGrid(360, 4, 1);

  @Test
  void eachImageHasOneAngleInEachStratum() {
    int[][] steps = grid.stepsFor(1234);
    assertThat(steps.length).isEqualTo(1234);
    for (int[] ofImage : steps) {
      assertThat(ofImage).hasSize(4);
      for (int stratum = 0; stratum < 4; stratum++) {
        assertThat(ofImage[stratum]).isBetween(90 * stratum, 90 * stratum + 89);
      }
    }
  }

  @Property(tries = 200)
  void everyAngleOccursFloorOrCeilingTimes(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int perImage,
      @ForAll @IntRange(min = 1, max = 30) int width,
      @ForAll @IntRange(min = 0, max = 200) int images) {
    int[] counts = counts(new AngleGrid(perImage * width, perImage, seed), images);
    assertThat(IntStream.of(counts))
        .allMatch(count -> count == images / width || count == -Math.floorDiv(-images, width));
    assertThat(IntStream.of(counts).sum()).isEqualTo(images * perImage);
  }

  @Test
  void wholeBlocksUseEveryAngleAsOften() {
    assertThat(IntStream.of(counts(grid, 9000))).hasSize(360).containsOnly(100);
  }

  @Test
  void anImagesAnglesDoNotDependOnHowManyFollow() {
    int[][] all = grid.stepsFor(500);
    for (int images : new int[] {1, 89, 90, 91, 499}) {
      assertThat(grid.stepsFor(images)).isDeepEqualTo(Arrays.copyOf(all, images));
    }
  }

  @Test
  void seedsBlocksAndStrataAreOrderedDifferently() {
    int[][] steps = grid.stepsFor(180);
    assertThat(new AngleGrid(360, 4, 1).stepsFor(180)).isDeepEqualTo(steps);
    assertThat(column(new AngleGrid(360, 4, 2).stepsFor(90), 0, 0))
        .isNotEqualTo(column(steps, 0, 0));
    assertThat(column(steps, 0, 1)).isNotEqualTo(column(steps, 0, 0));
    assertThat(column(steps, 1, 0)).isNotEqualTo(column(steps, 0, 0));
  }

  @Test
  void stepsAreFractionsOfATurn() {
    assertThat(grid.angle(0)).isZero();
    assertThat(grid.angle(36)).isEqualTo(0.1);
    assertThat(grid.angle(359)).isEqualTo(359 / 360.0);
    assertThatThrownBy(() -> grid.angle(360))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step is 360, expected 0 to 359");
    assertThatThrownBy(() -> grid.angle(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step is -1, expected 0 to 359");
  }

  @Test
  void unequalStrataAreRefused() {
    assertThatThrownBy(() -> new AngleGrid(360, 7, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "steps of the angle grid is 360, expected a positive multiple of the 7 angles per image");
    assertThatThrownBy(() -> new AngleGrid(0, 4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "steps of the angle grid is 0, expected a positive multiple of the 4 angles per image");
    assertThatThrownBy(() -> new AngleGrid(360, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("angles per image is 0, expected 1 or more");
    assertThatThrownBy(() -> grid.stepsFor(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("images is -1, expected 0 or more");
  }

  private static int[] counts(AngleGrid grid, int images) {
    int[] counts = new int[grid.steps()];
    for (int[] ofImage : grid.stepsFor(images)) {
      for (int step : ofImage) {
        counts[step]++;
      }
    }
    return counts;
  }

  /** The places within the stratum of one block of 90 images. */
  private static int[] column(int[][] steps, int block, int stratum) {
    return IntStream.range(0, 90).map(i -> steps[90 * block + i][stratum] % 90).toArray();
  }
}
