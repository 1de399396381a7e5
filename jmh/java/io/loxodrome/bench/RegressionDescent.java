package io.loxodrome.bench;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/**
 * A linear map on a spline is to become another on the same spline: y = W*(s) x, so that the best
 * loss is 0.
 *
 * <p>The 32 inputs are independent with standard deviations from 1 down to 0.01, which gives the
 * loss a condition number of 10^4, times that of the spline's Gram matrix. 2048 examples, s
 * uniform, in batches of 128; the loss is half the squared error, mean of the batch.
 */
final class RegressionDescent implements DescentProblem {
  private static final int EXAMPLES = 2048;
  private static final int BATCH = 128;
  private static final int STEPS = 3000;
  private static final int INPUTS = 32;
  private static final int OUTPUTS = 4;
  private static final double SMALLEST = 0.01;
  private static final WeightManifold MANIFOLD = WeightManifold.parse("spline:8");
  private static final Linear SHAPE = new Linear(INPUTS, OUTPUTS, Activation.NONE);
  private static final long START = 1;
  private static final long AIM = 2;
  private static final int BLOCK = 4;
  private static final OutputFactor FACTOR = new OutputFactor.Identity();

  /** Below this a figure shows nothing more. */
  private static final double LEAST = 1e-12;

  private final Device device;
  private final double[] x = new double[EXAMPLES * INPUTS];
  private final double[] s = new double[EXAMPLES];
  private final double[] y;

  RegressionDescent(Device device) {
    this.device = device;
    draw(new Philox(3));
    this.y = outputs();
  }

  private void draw(Philox random) {
    float[] normals = new float[BLOCK];
    for (int first = 0; first < x.length; first += BLOCK) {
      random.normals(0, first, normals, 0);
      for (int lane = 0; lane < BLOCK; lane++) {
        double place = (first + lane) % INPUTS / (INPUTS - 1.0);
        x[first + lane] = Math.pow(SMALLEST, place) * normals[lane];
      }
    }
    for (int i = 0; i < EXAMPLES; i++) {
      s[i] = random.uniform(1, i);
    }
  }

  private double[] outputs() {
    try (Layer aim = layer(DescentMethod.METRIC, AIM);
        Tensor input = device.allocate(Shape.of(EXAMPLES, INPUTS)).write(x);
        Tensor places = device.allocate(Shape.of(EXAMPLES, 1)).write(s);
        Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.forwardOnly(device)) {
      return aim.forward(tape, Variable.constant("x", input), conditioning).value().toDoubles();
    }
  }

  private Layer layer(DescentMethod method, long seed) {
    Initialization initialization = new Initialization(seed, 1);
    Parameter weights =
        initialization.weights(device, "weight", MANIFOLD, SHAPE.weightShape(), INPUTS);
    Parameter bias = initialization.bias(device, "bias", MANIFOLD, SHAPE.biasShape());
    return new ManifoldLinear("linear", SHAPE, method.seen(weights), method.seen(bias));
  }

  @Override
  public String name() {
    return "regression";
  }

  @Override
  public String title() {
    return "Regression of condition 10^4 on a spline of 8";
  }

  @Override
  public String lossName() {
    return "log10 of the loss, mean of an epoch";
  }

  @Override
  public double shown(double loss) {
    return Math.log10(Math.max(loss, LEAST));
  }

  @Override
  public List<Double> targets() {
    return List.of(1e-2, 1e-4, 1e-6);
  }

  @Override
  public double baseRate(DescentMethod method) {
    return switch (method) {
      case SGD, METRIC -> 0.03;
      case ADAM -> 0.01;
      case RIEMANNIAN_SAMPLED, RIEMANNIAN_EXACT, RIEMANNIAN_LIGHT -> 1 / 3.0;
    };
  }

  @Override
  public List<DescentMethod> methods() {
    return List.of(
        DescentMethod.SGD,
        DescentMethod.ADAM,
        DescentMethod.METRIC,
        DescentMethod.RIEMANNIAN_EXACT,
        DescentMethod.RIEMANNIAN_LIGHT);
  }

  @Override
  public LossCourse descend(DescentMethod method, double learningRate) {
    LossCourse course = new LossCourse(learningRate, EXAMPLES / BATCH, STEPS);
    BatchOrder order = new BatchOrder(EXAMPLES, BATCH, START);
    try (Layer layer = layer(method, START);
        Optimizer optimizer = method.optimizer(device, layer.parameters(), learningRate, FACTOR)) {
      for (int epoch = 0; epoch < STEPS * BATCH / EXAMPLES && !course.diverged(); epoch++) {
        for (int[] indices : order.epoch(epoch)) {
          long start = System.nanoTime();
          double loss = step(layer, optimizer, indices);
          course.add(loss, (System.nanoTime() - start) / 1e9);
        }
      }
    }
    return course;
  }

  /** Takes a step and returns the loss before it. */
  private double step(Layer layer, Optimizer optimizer, int[] indices) {
    try (Tensor input = device.allocate(SHAPE.inputShape(BATCH)).write(rows(x, indices, INPUTS));
        Tensor places = device.allocate(Shape.of(BATCH, 1)).write(rows(s, indices, 1));
        Tensor aim = device.allocate(SHAPE.outputShape(BATCH)).write(rows(y, indices, OUTPUTS));
        Tensor error = device.allocate(SHAPE.outputShape(BATCH));
        Conditioning conditioning = new Conditioning(device, places);
        Tape tape = Tape.recording(device)) {
      Variable output = layer.forward(tape, Variable.constant("x", input), conditioning);
      device.operators().elementwise().copy(output.value(), error);
      device.operators().elementwise().addScaled(error, -1, aim);
      double sum = 0;
      for (double e : error.toDoubles()) {
        sum += e * e;
      }
      optimizer.observe(tape, output);
      try (Tensor cotangent = device.zeros(error.shape())) {
        device.operators().elementwise().addScaled(cotangent, 1.0 / BATCH, error);
        tape.backward(output, cotangent);
      }
      optimizer.step();
      return sum / (2 * BATCH);
    }
  }

  private static double[] rows(double[] values, int[] indices, int length) {
    double[] rows = new double[indices.length * length];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(values, indices[i] * length, rows, i * length, length);
    }
    return rows;
  }
}
