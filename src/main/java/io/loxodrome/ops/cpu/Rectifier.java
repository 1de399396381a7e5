package io.loxodrome.ops.cpu;

/** The ReLU and its gradient, elementwise; unlike oneDNN's, they let a NaN through. */
final class Rectifier {
  private static final int GRAIN = 16;

  private Rectifier() {}

  /** z = max(z, 0). */
  static void forward(Workers workers, NativeBlock z, int elements) {
    workers.slices(elements, GRAIN, (worker, from, to) -> forward(worker, z, from, to));
  }

  /** z = max(z, 0) for elements {@code from} to {@code to}, on {@code worker}. */
  static void forward(Worker worker, NativeBlock z, int from, int to) {
    float[] values = worker.scratch(0, Worker.CHUNK);
    for (int first = from; first < to; first += Worker.CHUNK) {
      int count = Math.min(Worker.CHUNK, to - first);
      z.get(first, values, 0, count);
      rectify(values, count);
      z.put(first, values, 0, count);
    }
  }

  /** The first {@code count} values. */
  static void rectify(float[] values, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = Math.max(values[i], 0);
    }
  }

  /** dz = dy where y > 0, else 0. */
  static void backward(
      Workers workers, NativeBlock y, NativeBlock dy, NativeBlock dz, int elements) {
    workers.slices(
        elements,
        GRAIN,
        (worker, from, to) -> {
          float[] outputs = worker.scratch(0, Worker.CHUNK);
          float[] gradients = worker.scratch(1, Worker.CHUNK);
          for (int first = from; first < to; first += Worker.CHUNK) {
            int count = Math.min(Worker.CHUNK, to - first);
            y.get(first, outputs, 0, count);
            dy.get(first, gradients, 0, count);
            mask(outputs, gradients, count);
            dz.put(first, gradients, 0, count);
          }
        });
  }

  /** The first {@code count} gradients, by the outputs beside them. */
  static void mask(float[] outputs, float[] gradients, int count) {
    for (int i = 0; i < count; i++) {
      gradients[i] = outputs[i] > 0 ? gradients[i] : 0;
    }
  }
}
