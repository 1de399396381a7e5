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
import io.loxodrome.nn.SquaredError;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianSgd;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear map on a spline is to become another on the same spline: y = W*(s) x, so that the best
 * loss is 0.
 *
 * <p>The 32 inputs are independent with standard deviations from 1 down to 0.01, which gives the
 * loss a condition number of 10^4, times that of the spline's Gram matrix. 2048 examples, s
 * uniform, in batches of 128; the loss is half the squared error, mean of all examples.
 */
final class RegressionDescent implements DescentProblem {
  private static final int EXAMPLES = 2048;
  private static final int BATCH = 128;
  private static final int INPUTS = 32;
  private static final int OUTPUTS = 4;
  private static final double SMALLEST = 0.01;
  private static final WeightManifold MANIFOLD = WeightManifold.parse("spline:8");
  private static final Linear SHAPE = new Linear(INPUTS, OUTPUTS, Activation.NONE);
  private static final long START = 1;
  private static final long AIM = 2;
  private static final int BLOCK = 4;
  private static final RiemannianSgd.Settings LAYERWISE =
      RiemannianSgd.Settings.of(new OutputFactor.Identity());

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
    return "log10 of the loss";
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
  public double interval() {
    return 0.005;
  }

  @Override
  public double budget() {
    return 20;
  }

  @Override
  public double baseRate(DescentMethod method) {
    return switch (method) {
      case SGD -> 2.4;
      case METRIC -> 0.03;
      case ADAM -> 0.01;
      default -> 1 / 3.0;
    };
  }

  @Override
  public List<DescentMethod> methods() {
    return List.of(
        DescentMethod.SGD,
        DescentMethod.ADAM,
        DescentMethod.METRIC,
        DescentMethod.RIEMANNIAN_EXACT,
        DescentMethod.RIEMANNIAN_EXACT_LIGHT);
  }

  @Override
  public LossCourse descend(DescentMethod method, double learningRate, LossCourse.Limits limits) {
    try (Layer layer = layer(method, START);
        Examples all = new Examples(IntStream.range(0, EXAMPLES).toArray());
        Optimizer optimizer =
            method.optimizer(device, layer.parameters(), learningRate, LAYERWISE)) {
      LossCourse course = new LossCourse(learningRate, limits, all.loss(layer));
      try {
        descend(layer, optimizer, all, course);
      } catch (ArithmeticException e) {
        course.diverge();
      }
      return course;
    }
  }

  private void descend(Layer layer, Optimizer optimizer, Examples all, LossCourse course) {
    BatchOrder order = new BatchOrder(EXAMPLES, BATCH, START);
    for (int step = 0; !course.isOver(); step++) {
      int[] indices = order.epoch(step / order.batches())[step % order.batches()];
      long start = System.nanoTime();
      try (Examples batch = new Examples(indices)) {
        batch.step(layer, optimizer);
      }
      course.step((System.nanoTime() - start) / 1e9);
      if (course.isDue()) {
        course.measure(all.loss(layer));
      }
    }
  }

  /** Some of the examples on the device. */
  private final class Examples implements AutoCloseable {
    private final Tensor input;
    private final Tensor places;
    private final Tensor aim;

    Examples(int[] indices) {
      int count = indices.length;
      input = device.allocate(SHAPE.inputShape(count)).write(rows(x, indices, INPUTS));
      places = device.allocate(Shape.of(count, 1)).write(rows(s, indices, 1));
      aim = device.allocate(SHAPE.outputShape(count)).write(rows(y, indices, OUTPUTS));
    }

    double loss(Layer layer) {
      try (Conditioning conditioning = new Conditioning(device, places);
          Tape tape = Tape.forwardOnly(device)) {
        return SquaredError.of(tape, output(tape, layer, conditioning), aim).mean();
      }
    }

    void step(Layer layer, Optimizer optimizer) {
      try (Conditioning conditioning = new Conditioning(device, places);
          Tape tape = Tape.recording(device)) {
        Variable output = output(tape, layer, conditioning);
        SquaredError error = SquaredError.of(tape, output, aim);
        optimizer.observe(tape, output);
        error.backward();
        optimizer.step();
      }
    }

    private Variable output(Tape tape, Layer layer, Conditioning conditioning) {
      return layer.forward(tape, Variable.constant("x", input), conditioning);
    }

    @Override
    public void close() {
      input.close();
      places.close();
      aim.close();
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
