package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import org.bytedeco.javacpp.FloatPointer;

/** What each position of an image sees of it, a row for each: patches[(r, c)][(j, u, v)]. */
final class Patches {
  private final Convolution layer;
  private final long images;
  private final long patches;

  Patches(Convolution layer, Tensor input, Tensor patches) {
    this.layer = layer;
    this.images = NativeMemory.block("input", input, ElementType.FLOAT32).address();
    this.patches = NativeMemory.block("patches", patches, ElementType.FLOAT32).address();
  }

  /** Writes those of the images {@code from} to {@code to} exclusive. */
  void write(int from, int to) {
    float[] image = new float[layer.inputs() * layer.height() * layer.width()];
    float[] rows = new float[layer.positions() * layer.window()];
    for (int i = from; i < to; i++) {
      new FloatPointer(new Address(images + (long) i * image.length * Float.BYTES)).get(image);
      write(image, rows);
      new FloatPointer(new Address(patches + (long) i * rows.length * Float.BYTES)).put(rows);
    }
  }

  private void write(float[] image, float[] rows) {
    int at = 0;
    for (int r = 0; r < layer.convolvedHeight(); r++) {
      for (int c = 0; c < layer.convolvedWidth(); c++) {
        int top = r * layer.stride() - layer.padding();
        int left = c * layer.stride() - layer.padding();
        for (int j = 0; j < layer.inputs(); j++) {
          for (int u = top; u < top + layer.kernel(); u++, at += layer.kernel()) {
            writeRow(image, j, u, left, rows, at);
          }
        }
      }
    }
  }

  /** Row u of channel j, from column {@code left} on. */
  private void writeRow(float[] image, int j, int u, int left, float[] rows, int at) {
    boolean inside = u >= 0 && u < layer.height();
    int row = (j * layer.height() + u) * layer.width();
    for (int v = 0; v < layer.kernel(); v++) {
      int column = left + v;
      rows[at + v] = inside && column >= 0 && column < layer.width() ? image[row + column] : 0;
    }
  }
}
