package io.loxodrome.example;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Sgd;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** Learns on which side of a line points lie, while the line turns with s. */
final class TurningLine {
  private TurningLine() {}

  /** The mean loss of the last batch after training; a point network cannot get below 0.69. */
  static double train(String spec) {
    // example
    WeightManifold manifold = WeightManifold.parse(spec); // "ellipse": W(s) = P1 + cos P2 + sin P3
    Linear shape = new Linear(2, 2, Activation.NONE);
    Initialization start = new Initialization(1);
    Philox random = new Philox(1);
    double loss = 0;
    try (Device device = Device.open("auto");
        ManifoldLinear layer = ManifoldLinear.initialized(device, "side", manifold, shape, start);
        Sgd sgd = new Sgd(device, layer.parameters(), Sgd.Settings.defaults())) {
      for (int step = 0; step < 500; step++) {
        Batch batch = Batch.random(random, step, 64); // points x, conditioning values s, labels
        try (Tensor x = device.allocate(Shape.of(64, 2)).write(batch.x());
            Tensor s = device.allocate(Shape.of(64, 1)).write(batch.s());
            Tensor labels = device.allocate(ElementType.INT32, Shape.of(64)).write(batch.labels());
            Conditioning where = new Conditioning(device, s);
            Tape tape = Tape.recording(device)) {
          Variable logits = layer.forward(tape, Variable.constant("x", x), where);
          SoftmaxCrossEntropy error = SoftmaxCrossEntropy.of(tape, logits, labels);
          loss = error.mean();
          error.backward();
          sgd.step(); // dP = -eta G^-1 dL/dP: steepest descent in the manifold's own metric
        }
      }
    }
    // example
    return loss;
  }

  private static final class Batch {
    private final double[] x;
    private final double[] s;
    private final int[] labels;

    private Batch(int size) {
      x = new double[2 * size];
      s = new double[size];
      labels = new int[size];
    }

    static Batch random(Philox random, long step, int size) {
      Batch batch = new Batch(size);
      for (int i = 0; i < size; i++) {
        batch.s[i] = random.uniform(step, 3L * i);
        batch.x[2 * i] = random.normal(step, 3L * i + 1);
        batch.x[2 * i + 1] = random.normal(step, 3L * i + 2);
        double angle = 2 * Math.PI * batch.s[i];
        double side = Math.cos(angle) * batch.x[2 * i] + Math.sin(angle) * batch.x[2 * i + 1];
        batch.labels[i] = side > 0 ? 1 : 0;
      }
      return batch;
    }

    double[] x() {
      return x;
    }

    double[] s() {
      return s;
    }

    int[] labels() {
      return labels;
    }
  }
}
