package io.loxodrome.bench;

import io.loxodrome.data.AngleScheme;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.DatasetFinder;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Flatten;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldConv2d;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianSgd;
import io.loxodrome.tensor.Philox;
import io.loxodrome.train.DivergedException;
import io.loxodrome.train.ImageTask;
import io.loxodrome.train.StoredImages;
import io.loxodrome.train.Trainer;
import io.loxodrome.train.TrainingListener;
import io.loxodrome.train.TrainingPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** The paper's network as an ellipse on 6000 images of Fashion-MNIST, turned to 36 angles. */
final class FashionDescent implements DescentProblem {
  private static final int IMAGES = 6000;
  private static final int BATCH = 128;
  private static final int SAMPLE = 512;
  private static final int CLASSES = 10;
  private static final int SIDE = 28;
  private static final int[] CHANNELS = {32, 64, 128};
  private static final int HIDDEN = 512;

  /** Losses above are shown as this: some methods begin with a step or two that go far off. */
  private static final double SHOWN = 2.5;

  private static final long SEED = 1;
  private static final WeightManifold MANIFOLD = WeightManifold.parse("ellipse");
  private static final AngleScheme ANGLES = new FixedAngles(36);
  private static final ImageTask TASK = ImageTask.turned(ANGLES);

  /** Softmax's steps are clipped as the command line does. */
  private static final GradientScaling CLIP = new GradientScaling.Clipped(1);

  private final Device device;
  private final Dataset data;

  FashionDescent(Device device) throws IOException {
    this.device = device;
    this.data = DatasetFinder.ofSystem().load("fashion-mnist", null).take(IMAGES);
  }

  @Override
  public String name() {
    return "fashion-mnist";
  }

  @Override
  public String title() {
    return "6000 images of Fashion-MNIST, turned; an ellipse";
  }

  @Override
  public String lossName() {
    return "loss of 512 training images, up to 2.5";
  }

  @Override
  public double shown(double loss) {
    return Math.min(loss, SHOWN);
  }

  @Override
  public List<Double> targets() {
    return List.of(1.2, 1.0, 0.8);
  }

  @Override
  public double interval() {
    return 0.5;
  }

  @Override
  public double budget() {
    return 50;
  }

  @Override
  public double baseRate(DescentMethod method) {
    return switch (method) {
      case SGD, METRIC -> 0.01;
      case ADAM -> 0.001;
      default -> 0.2;
    };
  }

  @Override
  public List<DescentMethod> methods() {
    return List.of(
        DescentMethod.SGD,
        DescentMethod.ADAM,
        DescentMethod.METRIC,
        DescentMethod.RIEMANNIAN_SAMPLED,
        DescentMethod.RIEMANNIAN_SAMPLED_HEAVY,
        DescentMethod.RIEMANNIAN_EXACT,
        DescentMethod.RIEMANNIAN_EXACT_HEAVY);
  }

  private static RiemannianSgd.Settings layerwise(DescentMethod method) {
    OutputFactor factor =
        method.isSampled() ? new OutputFactor.SampledSoftmax(1, SEED) : new OutputFactor.Softmax();
    return RiemannianSgd.Settings.of(factor).withScaling(CLIP);
  }

  @Override
  public LossCourse descend(DescentMethod method, double learningRate, LossCourse.Limits limits) {
    BatchOrder order = new BatchOrder(IMAGES, BATCH, SEED);
    try (Layer network = network(method);
        TurnedSample sample = new TurnedSample(device, data, SAMPLE, ANGLES, new Philox(SEED));
        Optimizer optimizer =
            method.optimizer(device, network.parameters(), learningRate, layerwise(method));
        StoredImages images = new StoredImages(device, data.train(), data.normalization());
        Trainer trainer =
            new Trainer(
                device, network, optimizer, 0, images, TASK, order, TrainingPosition.START)) {
      DoubleSupplier loss = () -> sample.loss(network);
      LossCourse course = new LossCourse(learningRate, limits, loss.getAsDouble());
      train(trainer, new Heard(course, loss));
      return course;
    }
  }

  private static void train(Trainer trainer, Heard heard) {
    try {
      trainer.train(Integer.MAX_VALUE, heard);
    } catch (DivergedException e) {
      heard.course.diverge();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Times the steps, and measures the loss between them. */
  private static final class Heard implements TrainingListener {
    private final LossCourse course;
    private final DoubleSupplier loss;
    private long before = System.nanoTime();

    Heard(LossCourse course, DoubleSupplier loss) {
      this.course = course;
      this.loss = loss;
    }

    @Override
    public void afterStep(int images, double lossBefore) {
      course.step((System.nanoTime() - before) / 1e9);
      if (course.isDue()) {
        course.measure(loss.getAsDouble());
      }
      before = System.nanoTime();
    }

    @Override
    public void afterEpoch(int epoch, double meanLoss) {}

    @Override
    public boolean stopRequested() {
      return course.isOver();
    }
  }

  private Layer network(DescentMethod method) {
    Initialization initialization = new Initialization(SEED);
    List<Layer> layers = new ArrayList<>();
    int inputs = 1;
    int side = SIDE;
    for (int channels : CHANNELS) {
      Convolution shape =
          Convolution.same(inputs, channels, side, side, 3).activated(Activation.RELU).pooled(2);
      String name = "conv" + (layers.size() + 1);
      Parameter weights =
          initialization.weights(
              device, name + ".weight", MANIFOLD, shape.weightShape(), inputs * 9);
      Parameter bias = initialization.bias(device, name + ".bias", MANIFOLD, shape.biasShape());
      layers.add(new ManifoldConv2d(name, shape, method.seen(weights), method.seen(bias)));
      inputs = channels;
      side = shape.outputHeight();
    }
    layers.add(new Flatten("flatten"));
    Linear hidden = new Linear(inputs * side * side, HIDDEN, Activation.RELU);
    layers.add(linear(method, "linear1", hidden, initialization));
    layers.add(
        linear(method, "linear2", new Linear(HIDDEN, CLASSES, Activation.NONE), initialization));
    return new Sequential(layers);
  }

  private Layer linear(
      DescentMethod method, String name, Linear shape, Initialization initialization) {
    Parameter weights =
        initialization.weights(
            device, name + ".weight", MANIFOLD, shape.weightShape(), shape.inputs());
    Parameter bias = initialization.bias(device, name + ".bias", MANIFOLD, shape.biasShape());
    return new ManifoldLinear(name, shape, method.seen(weights), method.seen(bias));
  }
}
