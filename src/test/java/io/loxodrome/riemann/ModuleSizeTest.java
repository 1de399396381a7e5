package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.riemann.ModuleSize.LayerSize;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which way is taken, and where one takes the place of another. */
class ModuleSizeTest {
  private static ModuleSize plain(int columns, int basisSize, long parameters) {
    return new ModuleSize(columns, 1, basisSize, parameters, Optional.empty());
  }

  private static ModuleSize layer(
      int batch, int probes, int basisSize, int positions, int inputs, int outputs) {
    return new ModuleSize(
        batch,
        probes,
        basisSize,
        (inputs + 1L) * outputs,
        Optional.of(new LayerSize(positions, inputs, outputs)));
  }

  /** With one basis point the smaller of the two systems is the cheaper. */
  @ParameterizedTest
  @CsvSource({"100, 98, DENSE", "100, 102, ROWS", "1152, 896, DENSE", "128, 896, ROWS"})
  void denseTakesOverWhereParametersAreFewerThanColumns(int columns, long parameters, Way way) {
    assertThat(plain(columns, 1, parameters).cheapest()).isEqualTo(way);
  }

  /** M has n times the rows, and S the same work whatever n is. */
  @ParameterizedTest
  @CsvSource({"1, DENSE", "2, ROWS", "3, ROWS"})
  void basisPointsMakeDenseDear(int basisSize, Way way) {
    assertThat(plain(1152, basisSize, 896).cheapest()).isEqualTo(way);
    assertThat(plain(100_000, basisSize, 896).cheapest()).isEqualTo(Way.DENSE);
  }

  /** The layers of the paper's network, 128 images of 32 x 32, all ten columns but one. */
  @ParameterizedTest
  @CsvSource({
    "1, 1024, 27, 32, DENSE",
    "3, 1024, 27, 32, ROWS",
    "1, 256, 288, 64, ROWS",
    "1, 64, 576, 128, ROWS",
    "1, 1, 2048, 512, PRODUCTS",
    "1, 1, 512, 10, PRODUCTS",
    "1, 1, 5, 4, DENSE"
  })
  void eachLayerHasItsOwn(int basisSize, int positions, int inputs, int outputs, Way way) {
    assertThat(layer(128, 9, basisSize, positions, inputs, outputs).cheapest()).isEqualTo(way);
  }

  /** ResNet-18's last stages: a row has millions of numbers, an image few positions. */
  @ParameterizedTest
  @CsvSource({"9, 16, 4608, 512, PRODUCTS", "9, 1024, 576, 64, ROWS", "1, 1024, 27, 64, ROWS"})
  void fewPositionsAreMultipliedPairByPair(
      int probes, int positions, int inputs, int outputs, Way way) {
    assertThat(layer(128, probes, 1, positions, inputs, outputs).cheapest()).isEqualTo(way);
  }

  @Test
  void productsAreThereForLayersAlone() {
    assertThat(plain(10, 1, 5).ways()).containsExactly(Way.ROWS, Way.DENSE);
    assertThat(plain(10, 1, 5).work(Way.PRODUCTS)).isInfinite();
    assertThat(layer(10, 1, 1, 1, 2, 3).ways()).containsExactly(Way.values());
  }

  /** N = 6, L = 5, n = 2, p = 4 (3 + 1) = 16. */
  @Test
  void multiplyAddsAreThoseOfTheFormulas() {
    ModuleSize size = layer(3, 2, 2, 5, 3, 4);
    double factor = 6 * 6 * 6 / 6.0;
    assertThat(size.work(Way.ROWS))
        .isCloseTo(5 * 6 * 16 + 6 * 6 * 16 / 2.0 + factor + 2 * 6 * 32, within(1e-9));
    assertThat(size.work(Way.DENSE))
        .isCloseTo(5 * 6 * 16 + 6 * 32 + 6 * 32 * 32 / 2.0 + 32 * 32 * 32 / 6.0, within(1e-9));
    assertThat(size.work(Way.PRODUCTS))
        .isCloseTo(
            15 * 15 * 3 / 2.0 + 30 * 30 * 5 / 2.0 + factor + 2 * 15 * 16 + 2 * 30 * 4,
            within(1e-9));
  }
}
