package io.loxodrome.bench;

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
import io.loxodrome.optim.Optimizer;
import io.loxodrome.riemann.OutputFactor;
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

/** The paper's network as an ellipse on 6000 images of Fashion-MNIST, turned to 36 angles. */
final class FashionDescent implements DescentProblem {
  private static final int IMAGES = 6000;
  private static final int BATCH = 128;
  private static final int EPOCHS = 8;
  private static final int WINDOW = 20;
  private static final int CLASSES = 10;
  private static final int SIDE = 28;
  private static final int[] CHANNELS = {32, 64, 128};
  private static final int HIDDEN = 512;
  private static final long SEED = 1;
  private static final WeightManifold MANIFOLD = WeightManifold.parse("ellipse");
  private static final ImageTask TASK = ImageTask.turned(new FixedAngles(36));

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
    return "loss, mean of 20 steps";
  }

  @Override
  public double shown(double loss) {
    return loss;
  }

  @Override
  public List<Double> targets() {
    return List.of(1.0, 0.8, 0.6);
  }

  @Override
  public double baseRate(DescentMethod method) {
    return switch (method) {
      case SGD, METRIC -> 0.01;
      case ADAM -> 0.001;
      case RIEMANNIAN_SAMPLED, RIEMANNIAN_EXACT, RIEMANNIAN_LIGHT -> 0.2;
    };
  }

  @Override
  public List<DescentMethod> methods() {
    return List.of(
        DescentMethod.SGD,
        DescentMethod.ADAM,
        DescentMethod.METRIC,
        DescentMethod.RIEMANNIAN_SAMPLED,
        DescentMethod.RIEMANNIAN_EXACT);
  }

  private static OutputFactor factor(DescentMethod method) {
    return method == DescentMethod.RIEMANNIAN_SAMPLED
        ? new OutputFactor.SampledSoftmax(1, SEED)
        : new OutputFactor.Softmax();
  }

  @Override
  public LossCourse descend(DescentMethod method, double learningRate) {
    BatchOrder order = new BatchOrder(IMAGES, BATCH, SEED);
    LossCourse course = new LossCourse(learningRate, WINDOW, EPOCHS * order.batches());
    try (Layer network = network(method);
        Optimizer optimizer =
            method.optimizer(device, network.parameters(), learningRate, factor(method));
        StoredImages images = new StoredImages(device, data.train(), data.normalization());
        Trainer trainer =
            new Trainer(
                device, network, optimizer, 0, images, TASK, order, TrainingPosition.START)) {
      trainer.train(EPOCHS, new Heard(course));
    } catch (DivergedException e) {
      course.diverge();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return course;
  }

  /** Writes each loss down with the time since the one before. */
  private static final class Heard implements TrainingListener {
    private final LossCourse course;
    private long before = System.nanoTime();

    Heard(LossCourse course) {
      this.course = course;
    }

    @Override
    public void afterStep(int images, double loss) {
      long now = System.nanoTime();
      course.add(loss, (now - before) / 1e9);
      before = now;
    }

    @Override
    public void afterEpoch(int epoch, double loss) {}

    @Override
    public boolean stopRequested() {
      return course.diverged();
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
