package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionAlgorithmTest {
  private static final int DEFAULT_MATH = 0;
  private static final int FMA_MATH = 3;

  private static final ConvolutionAlgorithm GOOD = new ConvolutionAlgorithm(1, 0, 64, 1, FMA_MATH);

  private static boolean isTaken(ConvolutionAlgorithm algorithm) {
    return ConvolutionAlgorithm.choose(List.of(algorithm), 64, List.of(FMA_MATH)).isPresent();
  }

  @Test
  void theFirstThatCanBeHadIsTaken() {
    ConvolutionAlgorithm slower = new ConvolutionAlgorithm(2, 0, 0, 1, FMA_MATH);
    assertThat(ConvolutionAlgorithm.choose(List.of(GOOD, slower), 64, List.of(FMA_MATH)))
        .contains(GOOD);
    assertThat(ConvolutionAlgorithm.choose(List.of(GOOD, slower), 63, List.of(FMA_MATH)))
        .contains(slower);
  }

  @Test
  void whatCannotBeHadIsNot() {
    assertThat(isTaken(GOOD)).isTrue();
    assertThat(isTaken(new ConvolutionAlgorithm(1, 9, 64, 1, FMA_MATH))).as("failed").isFalse();
    assertThat(isTaken(new ConvolutionAlgorithm(1, 0, 65, 1, FMA_MATH))).as("large").isFalse();
    assertThat(isTaken(new ConvolutionAlgorithm(1, 0, 64, 0, FMA_MATH)))
        .as("not deterministic")
        .isFalse();
    assertThat(isTaken(new ConvolutionAlgorithm(1, 0, 64, 1, DEFAULT_MATH)))
        .as("rounds to TF32")
        .isFalse();
  }
}
