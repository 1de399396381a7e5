package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layers' records: their shapes, and what they refuse. */
class LayerTest {
  @Test
  void aConvolutionKnowsItsShapes() {
    Convolution layer = new Convolution(3, 5, 9, 7, 3, 2, 1, Activation.RELU, 2);
    assertThat(layer.weightShape()).isEqualTo(Shape.of(5, 3, 3, 3));
    assertThat(layer.biasShape()).isEqualTo(Shape.of(5));
    assertThat(layer.inputShape(4)).isEqualTo(Shape.of(4, 3, 9, 7));
    assertThat(List.of(layer.convolvedHeight(), layer.convolvedWidth())).containsExactly(5, 4);
    assertThat(layer.outputShape(4)).isEqualTo(Shape.of(4, 5, 2, 2));
  }

  @Test
  void aLayerIsDescribedInALine() {
    assertThat(new Linear(2048, 512, Activation.RELU).description()).isEqualTo("2048 to 512, ReLU");
    assertThat(new Linear(512, 10, Activation.NONE).description()).isEqualTo("512 to 10");
    assertThat(Convolution.same(3, 32, 32, 30, 5).description())
        .isEqualTo("3x32x30 to 32x32x30, kernel 5");
    assertThat(new Convolution(3, 5, 9, 7, 3, 2, 1, Activation.RELU, 2).description())
        .isEqualTo("3x9x7 to 5x2x2, kernel 3, stride 2, ReLU, pool 2");
  }

  @Test
  void samePaddingKeepsTheSize() {
    Convolution layer = Convolution.same(1, 2, 9, 7, 5);
    assertThat(layer.outputShape(1)).isEqualTo(Shape.of(1, 2, 9, 7));
    assertThatThrownBy(() -> Convolution.same(1, 2, 9, 7, 4)).hasMessageContaining("kernel is 4");
  }

  @ParameterizedTest
  @CsvSource({
    "0,1,4,4,3,1,1,1,inputs is 0",
    "1,0,4,4,3,1,1,1,outputs is 0",
    "1,1,0,4,3,1,1,1,height is 0",
    "1,1,4,-1,3,1,1,1,width is -1",
    "1,1,4,4,0,1,0,1,kernel is 0",
    "1,1,4,4,3,0,1,1,stride is 0",
    "1,1,4,4,3,1,3,1,padding is 3",
    "1,1,4,4,3,1,-1,1,padding is -1",
    "1,1,4,4,3,1,1,0,pool is 0",
    "1,1,4,2,5,1,1,1,a window of 5 does not fit an extent of 2 padded by 1",
    "1,1,4,4,3,1,1,5,a window of 5 does not fit an extent of 4"
  })
  void aConvolutionThatCannotBeIsRefused(
      int inputs,
      int outputs,
      int height,
      int width,
      int kernel,
      int stride,
      int padding,
      int pool,
      String message) {
    assertThatThrownBy(
            () ->
                new Convolution(
                    inputs, outputs, height, width, kernel, stride, padding, Activation.NONE, pool))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aLinearLayerKnowsItsShapes() {
    Linear layer = new Linear(5, 3, Activation.NONE);
    assertThat(layer.weightShape()).isEqualTo(Shape.of(3, 5));
    assertThat(layer.biasShape()).isEqualTo(Shape.of(3));
    assertThat(layer.inputShape(2)).isEqualTo(Shape.of(2, 5));
    assertThat(layer.outputShape(2)).isEqualTo(Shape.of(2, 3));
    assertThatThrownBy(() -> new Linear(0, 3, Activation.NONE)).hasMessageContaining("inputs is 0");
    assertThatThrownBy(() -> new Linear(5, 0, Activation.NONE))
        .hasMessageContaining("outputs is 0");
  }

  @Test
  void aNormalizationKnowsItsShapes() {
    LayerNormalization layer = new LayerNormalization(3, 8, 1e-5);
    assertThat(layer.channelShape()).isEqualTo(Shape.of(3));
    assertThat(layer.momentShape(5)).isEqualTo(Shape.of(5));
    assertThat(layer.elements()).isEqualTo(24);
  }

  @ParameterizedTest
  @CsvSource({
    "0,4,1e-5,channels is 0",
    "4,0,1e-5,positions is 0",
    "4,4,-1,epsilon is -1",
    "4,4,NaN,epsilon is NaN",
    "4,4,Infinity,epsilon is Infinity",
    "65536,65536,1e-5,65536 channels of 65536 positions"
  })
  void aNormalizationThatCannotBeIsRefused(
      int channels, int positions, double epsilon, String message) {
    assertThatThrownBy(() -> new LayerNormalization(channels, positions, epsilon))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void poolingLeavesIncompleteWindowsOut() {
    Pooling layer = new Pooling(Pooling.Kind.MAX, 3, 9, 7, 2);
    assertThat(layer.outputShape(2)).isEqualTo(Shape.of(2, 3, 4, 3));
    assertThatThrownBy(() -> new Pooling(Pooling.Kind.MAX, 3, 9, 7, 8))
        .hasMessageContaining("a window of 8 does not fit an extent of 7");
    assertThatThrownBy(() -> new Pooling(Pooling.Kind.MAX, 0, 9, 7, 2))
        .hasMessageContaining("channels is 0");
    assertThatThrownBy(() -> new Pooling(Pooling.Kind.MAX, 3, 9, 7, 0))
        .hasMessageContaining("window is 0");
  }
}
