package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.ConvolutionShape;
import java.util.List;

/** Convolutions in the obvious loops, and shapes to try them with. */
final class ConvolutionCases {
  static final List<ConvolutionShape> ALL =
      List.of(
          new ConvolutionShape(2, 3, 4, 5, 6, 3, 1, 1),
          new ConvolutionShape(1, 1, 1, 1, 1, 1, 1, 0),
          new ConvolutionShape(3, 2, 1, 7, 5, 3, 2, 0),
          new ConvolutionShape(2, 1, 3, 6, 6, 5, 1, 2));

  private ConvolutionCases() {}

  static int inputs(ConvolutionShape shape) {
    return shape.batch() * shape.inputs() * shape.height() * shape.width();
  }

  static int filters(ConvolutionShape shape) {
    return shape.outputs() * shape.inputs() * shape.kernel() * shape.kernel();
  }

  static int outputs(ConvolutionShape shape) {
    return shape.batch() * shape.outputs() * shape.outputHeight() * shape.outputWidth();
  }

  /** y[n, o, p, q] = sum over c, i, j of x[n, c, p s + i - pad, q s + j - pad] f[o, c, i, j]. */
  static float[] forward(ConvolutionShape shape, float[] x, float[] filter) {
    float[] y = new float[outputs(shape)];
    visit(shape, (at, tap, output) -> y[output] += x[at] * filter[tap]);
    return y;
  }

  static float[] backwardInput(ConvolutionShape shape, float[] filter, float[] dy) {
    float[] dx = new float[inputs(shape)];
    visit(shape, (at, tap, output) -> dx[at] += dy[output] * filter[tap]);
    return dx;
  }

  static float[] backwardFilter(ConvolutionShape shape, float[] x, float[] dy) {
    float[] gradient = new float[filters(shape)];
    visit(shape, (at, tap, output) -> gradient[tap] += dy[output] * x[at]);
    return gradient;
  }

  private interface Meeting {
    void accept(int input, int tap, int output);
  }

  private static void visit(ConvolutionShape shape, Meeting meeting) {
    int perImage = shape.outputs() * shape.outputHeight() * shape.outputWidth();
    for (int output = 0; output < outputs(shape); output++) {
      int image = output / perImage;
      int filter = output % perImage / (shape.outputHeight() * shape.outputWidth());
      int row = output / shape.outputWidth() % shape.outputHeight();
      int column = output % shape.outputWidth();
      for (int tap = 0; tap < filters(shape) / shape.outputs(); tap++) {
        int channel = tap / (shape.kernel() * shape.kernel());
        int h = row * shape.stride() - shape.padding() + tap / shape.kernel() % shape.kernel();
        int w = column * shape.stride() - shape.padding() + tap % shape.kernel();
        if (h >= 0 && h < shape.height() && w >= 0 && w < shape.width()) {
          meeting.accept(
              ((image * shape.inputs() + channel) * shape.height() + h) * shape.width() + w,
              filter * filters(shape) / shape.outputs() + tap,
              output);
        }
      }
    }
  }
}
