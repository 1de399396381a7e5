package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MatrixProductTest {
  @Test
  void rowsWithoutGapsAreAsLongAsTheyAreStored() {
    MatrixProduct product = MatrixProduct.batched(4, 2, 3, 5, true, false);
    assertThat(product.left()).isEqualTo(new MatrixProduct.Factor(true, 2, 10));
    assertThat(product.right()).isEqualTo(new MatrixProduct.Factor(false, 3, 15));
    assertThat(product.result()).isEqualTo(new MatrixProduct.Factor(false, 3, 6));
    MatrixProduct single = MatrixProduct.single(2, 3, 5, false, true);
    assertThat(single.left()).isEqualTo(MatrixProduct.Factor.plain(5, 0));
    assertThat(single.right()).isEqualTo(MatrixProduct.Factor.transposed(5, 0));
    assertThat(single.batch()).isEqualTo(1);
    assertThat(single.accumulate()).isFalse();
  }

  private static MatrixProduct product(
      int batch, int rows, MatrixProduct.Factor left, MatrixProduct.Factor result) {
    return new MatrixProduct(
        batch, rows, 3, 5, left, MatrixProduct.Factor.plain(3, 0), result, false);
  }

  @Test
  void refusesWhatDoesNotFit() {
    MatrixProduct.Factor left = MatrixProduct.Factor.plain(5, 0);
    MatrixProduct.Factor result = MatrixProduct.Factor.plain(3, 6);
    assertThat(product(2, 2, left, result).rows()).isEqualTo(2);
    assertThatThrownBy(() -> product(2, 0, left, result))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows is 0, must be from 1");
    assertThatThrownBy(() -> product(2, 2, MatrixProduct.Factor.plain(4, 0), result))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("left's row stride is 4, must be from 5");
    assertThatThrownBy(() -> product(2, 6, MatrixProduct.Factor.transposed(5, 0), result))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("left's row stride is 5, must be from 6");
    assertThatThrownBy(() -> product(2, 2, left, MatrixProduct.Factor.plain(3, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("result's batch stride is 5, must be from 6");
    assertThatThrownBy(() -> product(1, 2, left, MatrixProduct.Factor.transposed(3, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the result cannot be transposed");
  }

  @Test
  void convolutionsMustHaveAWindowThatFits() {
    ConvolutionShape shape = new ConvolutionShape(2, 3, 4, 9, 8, 3, 2, 1);
    assertThat(shape.outputHeight()).isEqualTo(5);
    assertThat(shape.outputWidth()).isEqualTo(4);
    assertThatThrownBy(() -> new ConvolutionShape(0, 3, 4, 9, 8, 3, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch is 0");
    assertThatThrownBy(() -> new ConvolutionShape(1, 3, 4, 9, 2, 5, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kernel is 5, must be from 1 to 4");
    assertThatThrownBy(() -> new ConvolutionShape(1, 3, 4, 9, 8, 3, 1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("padding is 3, must be from 0 to 2");
  }
}
