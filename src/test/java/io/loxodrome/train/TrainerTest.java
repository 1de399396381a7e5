package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.data.Dataset;
import io.loxodrome.data.FixedAngles;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Flatten;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
  private static final int BATCH = 6;

  /** Where memory is that of tensors alone, not of kernels that threads make as they come by. */
  private final Device device = Device.open("reference");

  private final Dataset data = SmallDataset.create();

  @AfterEach
  void everythingIsFreed() {
    device.close();
    assertThat(device.bytesInUse()).isZero();
  }

  /** Hears everything and asks for a stop never. */
  private static class Listener implements TrainingListener {
    private final IntConsumer afterStep;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> epochLosses = new ArrayList<>();
    private final List<Integer> epochs = new ArrayList<>();

    Listener(IntConsumer afterStep) {
      this.afterStep = afterStep;
    }

    @Override
    public void afterStep(int images, double loss) {
      assertThat(images).isEqualTo(BATCH);
      losses.add(loss);
      afterStep.accept(losses.size());
    }

    @Override
    public void afterEpoch(int epoch, double loss) {
      epochs.add(epoch);
      epochLosses.add(loss);
    }

    @Override
    public boolean stopRequested() {
      return false;
    }
  }

  private Layer network() {
    WeightManifold ellipse = WeightManifold.parse("ellipse");
    Linear hidden = new Linear(SmallDataset.SIDE * SmallDataset.SIDE, 16, Activation.RELU);
    Linear output = new Linear(16, SmallDataset.CLASSES, Activation.NONE);
    Initialization initialization = new Initialization(1);
    return Sequential.of(
        new Flatten("flatten"),
        ManifoldLinear.initialized(device, "hidden", ellipse, hidden, initialization),
        ManifoldLinear.initialized(device, "output", ellipse, output, initialization));
  }

  private void train(Layer network, OptimizerChoice choice, int epochs, Listener listener)
      throws IOException {
    try (Optimizer optimizer = choice.create(device, network.parameters(), 1);
        StoredImages images = new StoredImages(device, data.train(), data.normalization());
        Trainer trainer =
            new Trainer(
                device,
                network,
                optimizer,
                0,
                images,
                ImageTask.turned(new FixedAngles(4)),
                new BatchOrder(data.train().count(), BATCH, 3),
                TrainingPosition.START)) {
      trainer.train(epochs, listener);
      assertThat(trainer.position().steps()).isEqualTo(3L * epochs);
      assertThat(trainer.position().lossSum()).isZero();
      assertThat(trainer.position().epochLoss()).isEqualTo(listener.epochLosses.get(epochs - 1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void memoryDoesNotGrowOverSteps(OptimizerChoice.Rule rule) throws IOException {
    long[] peaks = new long[30];
    try (Layer network = network()) {
      train(
          network,
          OptimizerChoice.of(rule),
          10,
          new Listener(step -> peaks[step - 1] = device.peakBytes()));
    }
    assertThat(peaks[2]).isPositive();
    assertThat(peaks[29]).isEqualTo(peaks[2]);
  }

  @Test
  void theLossOfAnEpochIsTheMeanOverItsSteps() throws IOException {
    Listener listener = new Listener(step -> {});
    try (Layer network = network()) {
      train(network, OptimizerChoice.of(OptimizerChoice.Rule.SGD), 2, listener);
    }
    assertThat(listener.epochs).containsExactly(1, 2);
    assertThat(listener.losses).hasSize(6).doesNotHaveDuplicates();
    for (int epoch = 0; epoch < 2; epoch++) {
      List<Double> losses = listener.losses.subList(3 * epoch, 3 * epoch + 3);
      double mean = (losses.get(0) + losses.get(1) + losses.get(2)) / 3;
      assertThat(listener.epochLosses.get(epoch)).isEqualTo(mean);
    }
  }

  /** One parameter of ones as everybody's logits, and on the way back a gradient of our choice. */
  private record Constant(Parameter parameter, double gradient) implements Layer {
    static Constant of(Device device, double gradient) {
      Tensor basis = device.zeros(Shape.of(1, SmallDataset.CLASSES));
      return new Constant(
          new Parameter("constant", WeightManifold.parse("point"), basis), gradient);
    }

    @Override
    public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
      int batch = input.value().shape().dimension(0);
      Tensor logits = tape.allocate(Shape.of(batch, SmallDataset.CLASSES));
      tape.operators().elementwise().fill(logits, 1);
      return tape.record(
          "constant",
          logits,
          List.of(parameter.variable()),
          (cotangent, targets) -> tape.operators().elementwise().fill(targets.at(0), gradient));
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(parameter);
    }
  }

  private static OptimizerChoice clipped() {
    OptimizerChoice sgd = OptimizerChoice.of(OptimizerChoice.Rule.SGD);
    return new OptimizerChoice(
        sgd.rule(),
        sgd.form(),
        sgd.learningRate(),
        sgd.momentum(),
        sgd.weightDecay(),
        OptionalDouble.of(1));
  }

  @Test
  void aGradientThatCannotBeClippedStopsTraining() {
    try (Layer network = Constant.of(device, Double.NaN)) {
      assertThatThrownBy(() -> train(network, clipped(), 1, new Listener(step -> {})))
          .isInstanceOf(DivergedException.class)
          .hasMessage(
              "training diverged at step 1 (epoch 1): the squared length of constant's gradient is"
                  + " NaN; a smaller learning rate or clipped gradients may help");
    }
  }

  @Test
  void aParameterThatIsNotFiniteEndsTheEpoch() {
    try (Layer network = Constant.of(device, Double.NaN)) {
      OptimizerChoice sgd = OptimizerChoice.of(OptimizerChoice.Rule.SGD);
      Listener listener = new Listener(step -> {});
      assertThatThrownBy(() -> train(network, sgd, 1, listener))
          .isInstanceOf(DivergedException.class)
          .hasMessageStartingWith("training diverged at step 3 (epoch 1): constant holds NaN; ");
      assertThat(listener.epochs).isEmpty();
    }
  }
}
