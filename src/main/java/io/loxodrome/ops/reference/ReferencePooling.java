package io.loxodrome.ops.reference;

import io.loxodrome.ops.Pooling;
import io.loxodrome.ops.PoolingOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** Pooling as it is written down, window by window. */
final class ReferencePooling implements PoolingOperators {
  private interface Window {
    void visit(int i, int o, int r, int c);
  }

  private static void eachWindow(Shape pooled, Window window) {
    for (int i = 0; i < pooled.dimension(0); i++) {
      for (int o = 0; o < pooled.dimension(1); o++) {
        for (int r = 0; r < pooled.dimension(2); r++) {
          for (int c = 0; c < pooled.dimension(3); c++) {
            window.visit(i, o, r, c);
          }
        }
      }
    }
  }

  @Override
  public void forward(Pooling layer, Tensor input, Tensor output) {
    int side = layer.window();
    Images x = Images.copyOf(input);
    Images y = Images.zeros(output.shape());
    eachWindow(
        output.shape(),
        switch (layer.kind()) {
          case MAX -> (i, o, r, c) -> y.set(i, o, r, c, Windows.maximum(x, side, i, o, r, c));
          case AVERAGE -> (i, o, r, c) -> y.set(i, o, r, c, Windows.mean(x, side, i, o, r, c));
        });
    y.storeIn(output);
  }

  @Override
  public void backward(Pooling layer, Tensor input, Tensor outputGradient, Tensor inputGradient) {
    int side = layer.window();
    Images x = Images.copyOf(input);
    Images dy = Images.copyOf(outputGradient);
    Images dx = Images.zeros(inputGradient.shape());
    eachWindow(
        outputGradient.shape(),
        switch (layer.kind()) {
          case MAX -> (i, o, r, c) -> giveToMaximum(x, side, i, o, r, c, dy, dx);
          case AVERAGE -> (i, o, r, c) -> shareOut(side, i, o, r, c, dy, dx);
        });
    dx.storeIn(inputGradient);
  }

  private static void giveToMaximum(
      Images x, int side, int i, int o, int r, int c, Images dy, Images dx) {
    Windows.Place maximum = Windows.firstMaximum(x, side, i, o, r, c);
    dx.set(i, o, maximum.row(), maximum.column(), dy.at(i, o, r, c));
  }

  private static void shareOut(int side, int i, int o, int r, int c, Images dy, Images dx) {
    for (int u = 0; u < side; u++) {
      for (int v = 0; v < side; v++) {
        dx.set(i, o, r * side + u, c * side + v, dy.at(i, o, r, c) / (side * side));
      }
    }
  }
}
