package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Tile.Portion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TilingTest {
  private static final int MANY = 16;

  /** A batch of one basis point, whose coefficients tell the groups. */
  private static MixtureRows rows(int... groups) {
    float[] coefficients = new float[groups.length];
    for (int i = 0; i < groups.length; i++) {
      coefficients[i] = groups[i];
    }
    return MixtureRows.of(coefficients, groups.length, 1);
  }

  private static Portion portion(int first, int count, int mixture) {
    return new Portion(first, count, mixture);
  }

  @Test
  void singleExamplesHaveWeightsOfTheirOwnEvenIfEqual() {
    List<Tile> tiles = Tiling.single(rows(1, 1, 1)).tiles(0, 3, 8, MANY);
    assertThat(tiles)
        .containsExactly(
            new Tile(
                List.of(portion(0, 1, 0), portion(1, 1, 1), portion(2, 1, 2)), List.of(0, 1, 2)));
  }

  @Test
  void equalNeighboursGoTogetherAndThoseLeftOverAlone() {
    List<Tile> tiles = Tiling.shared(rows(new int[11])).tiles(0, 11, 4, MANY);
    assertThat(tiles)
        .containsExactly(
            new Tile(
                List.of(
                    portion(0, 4, 0),
                    portion(4, 4, 0),
                    portion(8, 1, 0),
                    portion(9, 1, 0),
                    portion(10, 1, 0)),
                List.of(0)));
  }

  @Test
  void scatteredExamplesOfAGroupShareWeightsButOnlyNeighboursGoTogether() {
    List<Tile> tiles = Tiling.shared(rows(1, 2, 1, 1, 2, 2)).tiles(0, 6, 2, MANY);
    assertThat(tiles)
        .containsExactly(
            new Tile(
                List.of(portion(0, 1, 0), portion(2, 2, 0), portion(1, 1, 1), portion(4, 2, 1)),
                List.of(0, 1)));
  }

  @Test
  void aRunEndsAtTheBorderOfAWorkersSlice() {
    Tiling tiling = Tiling.shared(rows(new int[7]));
    assertThat(tiling.tiles(0, 3, 4, MANY))
        .containsExactly(
            new Tile(List.of(portion(0, 1, 0), portion(1, 1, 0), portion(2, 1, 0)), List.of(0)));
    assertThat(tiling.tiles(3, 7, 4, MANY))
        .containsExactly(new Tile(List.of(portion(3, 4, 0)), List.of(3)));
  }

  /** A tile mixes its own weights, also those that the one before had. */
  @Test
  void fullTilesEndAndTheirMixturesAreCountedAnew() {
    assertThat(Tiling.shared(rows(1, 1, 1, 2, 2)).tiles(0, 5, 8, 2))
        .containsExactly(
            new Tile(List.of(portion(0, 1, 0), portion(1, 1, 0)), List.of(0)),
            new Tile(List.of(portion(2, 1, 0), portion(3, 1, 1)), List.of(2, 3)),
            new Tile(List.of(portion(4, 1, 0)), List.of(4)));
  }

  @Test
  void firstsAreThoseOfThePortions() {
    Tile tile = Tiling.shared(rows(1, 2, 1, 1)).tiles(0, 4, 2, MANY).get(0);
    assertThat(tile.firsts()).containsExactly(0, 2, 1);
  }

  @Test
  void anEmptySliceHasNoTiles() {
    assertThat(Tiling.shared(rows(1, 2)).tiles(1, 1, 2, MANY)).isEmpty();
    assertThat(Tiling.single(rows()).tiles(0, 0, 2, MANY)).isEmpty();
  }

  /** Whatever the groups, the slices and the sizes. */
  @Property
  void everyExampleIsComputedOnceWithItsWeights(
      @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 4) Integer> groups,
      @ForAll @IntRange(min = 1, max = 5) int slices,
      @ForAll @IntRange(min = 1, max = 6) int together,
      @ForAll @IntRange(min = 1, max = 5) int most) {
    MixtureRows rows = rows(groups.stream().mapToInt(group -> group).toArray());
    for (Tiling tiling : List.of(Tiling.single(rows), Tiling.shared(rows))) {
      List<Integer> computed = new ArrayList<>();
      for (int s = 0; s < slices; s++) {
        int from = rows.batch() * s / slices;
        int to = rows.batch() * (s + 1) / slices;
        for (Tile tile : tiling.tiles(from, to, together, most)) {
          assertThat(tile.portions()).isNotEmpty().hasSizeLessThanOrEqualTo(most);
          tile.portions().forEach(portion -> computed.addAll(examples(rows, tile, portion)));
          assertThat(tile.portions().stream().mapToInt(Portion::count))
              .allMatch(count -> count == 1 || count == together);
        }
      }
      assertThat(computed)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, rows.batch()).boxed().toList());
    }
  }

  /** The examples of a portion, which must have the coefficients that its weights are mixed by. */
  private static List<Integer> examples(MixtureRows rows, Tile tile, Portion portion) {
    int mixture = tile.mixtures().get(portion.mixture());
    List<Integer> examples =
        IntStream.range(portion.first(), portion.first() + portion.count()).boxed().toList();
    for (int example : examples) {
      assertThat(rows.coefficient(example, 0)).isEqualTo(rows.coefficient(mixture, 0));
    }
    return examples;
  }
}
