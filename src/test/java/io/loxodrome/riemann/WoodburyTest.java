package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Flatten;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldConv2d;
import io.loxodrome.nn.ManifoldLayerNorm;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Problem;
import io.loxodrome.nn.Residual;
import io.loxodrome.nn.Sequential;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Linear;
import io.loxodrome.optim.GradientScaling;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The metric of every kind of layer against the Jacobian, and the step by every way against the
 * system M x = g as it is written down, in double.
 *
 * <p>The Jacobian is what ordinary backward passes from single outputs leave in the parameters.
 */
class WoodburyTest {
  private static final int BATCH = 5;
  private static final int CLASSES = 3;

  private final Device device = Device.open("reference:float64");
  private final Initialization initialization = new Initialization(3, 1);

  @AfterEach
  void closeDevice() {
    device.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "rod", "ellipse", "spline:5", "torus"})
  void linearLayers(String spec) {
    check(
        spec,
        Shape.of(4),
        Sequential.of(
            linear("one", spec, 4, 6, Activation.RELU),
            linear("two", spec, 6, CLASSES, Activation.NONE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "rod", "ellipse", "spline:5"})
  void convolutionsAndNormalisation(String spec) {
    WeightManifold manifold = WeightManifold.parse(spec);
    Convolution first = Convolution.same(2, 2, 6, 6, 3).activated(Activation.RELU).pooled(2);
    Convolution second = Convolution.same(2, 3, 3, 3, 3);
    check(
        spec,
        Shape.of(2, 6, 6),
        Sequential.of(
            ManifoldConv2d.initialized(device, "conv1", manifold, first, initialization),
            ManifoldConv2d.initialized(device, "conv2", manifold, second, initialization),
            ManifoldLayerNorm.initialized(
                device, "norm", manifold, new LayerNormalization(3, 9, 0.1), initialization),
            new Flatten("flatten"),
            linear("linear", spec, 27, CLASSES, Activation.NONE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "ellipse", "spline:5"})
  void sharedAndResidualLayers(String spec) {
    Layer shared = linear("shared", spec, 4, 4, Activation.RELU);
    Layer inner = linear("inner", spec, 4, 4, Activation.RELU);
    check(
        spec,
        Shape.of(4),
        Sequential.of(
            shared,
            Residual.around("block", inner, Activation.RELU),
            shared,
            linear("out", spec, 4, CLASSES, Activation.NONE)));
  }

  /** The step of the whole network: the direction of the dense steps, as long as it should be. */
  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "rod", "ellipse", "spline:5"})
  void constrainedStepsAreAsLongAsTheLearningRate(String spec) {
    double length = 0.03;
    double damping = 0.01;
    int dimensions = WeightManifold.parse(spec).dimensions();
    try (Layer network =
            Sequential.of(
                linear("one", spec, 4, 6, Activation.RELU),
                linear("two", spec, 6, CLASSES, Activation.NONE));
        Problem problem = new Problem(device, BATCH, Shape.of(4), dimensions, CLASSES);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device);
        Optimizer optimizer =
            new RiemannianSgd(
                device,
                network.parameters(),
                RiemannianSgd.Settings.of(new OutputFactor.Softmax())
                    .withDamping(damping)
                    .withLearningRate(length)
                    .withScaling(new GradientScaling.Constrained()))) {
      Variable x = Variable.constant("x", problem.inputs());
      Variable logits = network.forward(tape, x, conditioning);
      SoftmaxCrossEntropy loss = SoftmaxCrossEntropy.of(tape, logits, problem.labels());
      try (LayerwiseMetric metric =
          LayerwiseMetric.of(tape, logits, network.parameters(), new OutputFactor.Softmax(), 0)) {
        List<double[][]> data = new ArrayList<>();
        for (double[][] jacobian : jacobians(tape, logits, metric)) {
          data.add(data(jacobian, logits.value().toDoubles()));
        }
        optimizer.observe(tape, logits);
        loss.backward();
        List<double[]> expected = new ArrayList<>();
        List<double[]> before = new ArrayList<>();
        double square = 0;
        for (int m = 0; m < data.size(); m++) {
          ModuleMetric module = metric.modules().get(m);
          double[] g = gradients(module);
          expected.add(denseStep(module, data.get(m), g, damping));
          before.add(values(module));
          square += Matrices.dot(g, expected.get(m));
        }
        optimizer.step();
        double squaredLength = 0;
        for (int m = 0; m < data.size(); m++) {
          ModuleMetric module = metric.modules().get(m);
          double[] step = minus(values(module), before.get(m));
          double scale = -length / Math.sqrt(square);
          double[] scaled = Arrays.stream(expected.get(m)).map(d -> scale * d).toArray();
          assertThat(Dense.relativeError(step, scaled)).isLessThan(1e-11);
          squaredLength += quadratic(module, data.get(m), step, damping);
        }
        assertThat(Math.sqrt(squaredLength)).isCloseTo(length, withinPercentage(1e-9));
      }
    }
  }

  private static double[] gradients(ModuleMetric module) {
    return joined(
        module.parameters().stream().map(p -> p.variable().gradient().toDoubles()).toList());
  }

  private static double[] values(ModuleMetric module) {
    return joined(module.parameters().stream().map(p -> p.basis().toDoubles()).toList());
  }

  private static double[] minus(double[] left, double[] right) {
    double[] difference = left.clone();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= right[i];
    }
    return difference;
  }

  /** x^T (mu G (x) I + data) x. */
  private static double quadratic(
      ModuleMetric module, double[][] data, double[] x, double damping) {
    List<Place> places = Place.of(module);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        sum += x[i] * x[j] * (damping * places.get(i).metric(places.get(j)) + data[i][j]);
      }
    }
    return sum;
  }

  private ManifoldLinear linear(
      String name, String spec, int inputs, int outputs, Activation activation) {
    return ManifoldLinear.initialized(
        device,
        name,
        WeightManifold.parse(spec),
        new Linear(inputs, outputs, activation),
        initialization);
  }

  private void check(String spec, Shape input, Layer network) {
    int dimensions = WeightManifold.parse(spec).dimensions();
    try (network;
        Problem problem = new Problem(device, BATCH, input, dimensions, CLASSES);
        Conditioning conditioning = new Conditioning(device, problem.places());
        Tape tape = Tape.recording(device)) {
      Variable x = Variable.constant("x", problem.inputs());
      Variable logits = network.forward(tape, x, conditioning);
      for (Way way : Way.values()) {
        check(way, tape, logits, network);
      }
    }
  }

  /** With every module in that way, or in rows if it is not there for it. */
  private void check(Way way, Tape tape, Variable logits, Layer network) {
    Function<ModuleSize, Way> choice = size -> size.ways().contains(way) ? way : Way.ROWS;
    try (LayerwiseMetric metric =
        LayerwiseMetric.of(
            tape, logits, network.parameters(), new OutputFactor.Softmax(), 0, choice)) {
      assertThat(metric.modules()).extracting(ModuleMetric::way).contains(way);
      double[][][] jacobians = jacobians(tape, logits, metric);
      for (int m = 0; m < jacobians.length; m++) {
        check(metric.modules().get(m), jacobians[m], logits.value().toDoubles());
      }
    }
  }

  /** For each module the rows of d logit / d parameters: example by example, logit by logit. */
  private double[][][] jacobians(Tape tape, Variable logits, LayerwiseMetric metric) {
    double[][][] rows = new double[metric.modules().size()][BATCH * CLASSES][];
    try (Tensor cotangent = device.allocate(Shape.of(BATCH, CLASSES))) {
      for (int at = 0; at < BATCH * CLASSES; at++) {
        double[] one = new double[BATCH * CLASSES];
        one[at] = 1;
        tape.sweep(logits, cotangent.write(one));
        for (int m = 0; m < rows.length; m++) {
          List<double[]> parts = new ArrayList<>();
          for (Parameter parameter : metric.modules().get(m).parameters()) {
            parts.add(parameter.variable().gradient().toDoubles());
          }
          rows[m][at] = joined(parts);
        }
      }
    }
    return rows;
  }

  private static double[] joined(List<double[]> parts) {
    double[] whole = new double[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }

  private void check(ModuleMetric module, double[][] jacobian, double[] logits) {
    double[][] data = data(jacobian, logits);
    assertThat(Dense.relativeError(joined(outer(columns(module))), joined(data)))
        .as("K K^T of " + module.parameters())
        .isLessThan(1e-14);
    double[] g = Problem.normals(11, data.length);
    checkStep(module, data, g, 1e-1);
    checkStep(module, data, g, 1e-3);
    checkLimit(module, data, g);
  }

  private static double[] joined(double[][] matrix) {
    return joined(List.of(matrix));
  }

  /** J^T (diag(p) - p p^T) J / B. */
  private static double[][] data(double[][] jacobian, double[] logits) {
    int size = jacobian[0].length;
    double[][] data = new double[size][size];
    for (int i = 0; i < BATCH; i++) {
      double[] p = Probabilities.of(logits, i * CLASSES, CLASSES);
      for (int c = 0; c < CLASSES; c++) {
        for (int d = 0; d < CLASSES; d++) {
          double metric = ((c == d ? p[c] : 0) - p[c] * p[d]) / BATCH;
          double[] left = jacobian[i * CLASSES + c];
          double[] right = jacobian[i * CLASSES + d];
          for (int a = 0; a < size; a++) {
            for (int b = 0; b < size; b++) {
              data[a][b] += left[a] * metric * right[b];
            }
          }
        }
      }
    }
    return data;
  }

  /** The columns of K, each one array. */
  private List<double[]> columns(ModuleMetric module) {
    List<double[]> columns = new ArrayList<>();
    for (int column = 0; column < module.size(); column++) {
      double[] minusOne = new double[module.size()];
      minusOne[column] = -1;
      List<Tensor> target =
          module.parameters().stream().map(p -> device.zeros(p.basis().shape())).toList();
      try (Tensor weights = device.allocate(Shape.of(module.size())).write(minusOne)) {
        module.subtractCombination(weights, target);
      }
      columns.add(joined(target.stream().map(Tensor::toDoubles).toList()));
      target.forEach(Tensor::close);
    }
    return columns;
  }

  private static double[][] outer(List<double[]> columns) {
    int size = columns.get(0).length;
    double[][] sum = new double[size][size];
    for (double[] column : columns) {
      for (int a = 0; a < size; a++) {
        for (int b = 0; b < size; b++) {
          sum[a][b] += column[a] * column[b];
        }
      }
    }
    return sum;
  }

  /** Which element of which basis point each of a module's numbers is. */
  private record Place(Parameter parameter, int basisPoint, int element) {
    static List<Place> of(ModuleMetric module) {
      List<Place> places = new ArrayList<>();
      for (Parameter parameter : module.parameters()) {
        int points = parameter.manifold().basisSize();
        int elements = (int) parameter.basis().shape().rowSize();
        for (int at = 0; at < points * elements; at++) {
          places.add(new Place(parameter, at / elements, at % elements));
        }
      }
      return places;
    }

    boolean isFree() {
      return !parameter.gram().frozen(basisPoint);
    }

    /** Their entry of G (x) I. */
    double metric(Place other) {
      return parameter == other.parameter && element == other.element
          ? parameter.gram().matrix()[basisPoint][other.basisPoint]
          : 0;
    }
  }

  private void checkStep(ModuleMetric module, double[][] data, double[] g, double damping) {
    assertThat(Dense.relativeError(step(module, g, damping), denseStep(module, data, g, damping)))
        .as("step of %s by %s with mu = %s", module.parameters(), module.way(), damping)
        .isLessThan(1e-11);
  }

  /** As mu grows mu M^-1 g becomes G^-1 g. */
  private void checkLimit(ModuleMetric module, double[][] data, double[] g) {
    double damping = 1e6;
    double[] scaled = step(module, g, damping);
    for (int at = 0; at < scaled.length; at++) {
      scaled[at] *= damping;
    }
    double[][] none = new double[data.length][data.length];
    assertThat(Dense.relativeError(scaled, denseStep(module, none, g, 1)))
        .as("limit of %s", module.parameters())
        .isLessThan(2e-5)
        .isGreaterThan(1e-12);
  }

  /** (mu G (x) I + data)^-1 g on what is free, 0 on what is not. */
  private static double[] denseStep(
      ModuleMetric module, double[][] data, double[] g, double damping) {
    List<Place> places = Place.of(module);
    List<Integer> free = new ArrayList<>();
    for (int at = 0; at < places.size(); at++) {
      if (places.get(at).isFree()) {
        free.add(at);
      }
    }
    double[][] matrix = new double[free.size()][free.size()];
    double[] right = new double[free.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = g[free.get(i)];
      for (int j = 0; j < right.length; j++) {
        Place one = places.get(free.get(i));
        Place other = places.get(free.get(j));
        matrix[i][j] = damping * one.metric(other) + data[free.get(i)][free.get(j)];
      }
    }
    double[] solved = Dense.solve(matrix, right);
    double[] step = new double[g.length];
    for (int i = 0; i < solved.length; i++) {
      step[free.get(i)] = solved[i];
    }
    return step;
  }

  /** Q (g - K w) / mu. */
  private double[] step(ModuleMetric module, double[] g, double damping) {
    List<Tensor> gradients = new ArrayList<>();
    int from = 0;
    for (Parameter parameter : module.parameters()) {
      int size = (int) parameter.basis().size();
      double[] part = new double[size];
      System.arraycopy(g, from, part, 0, size);
      gradients.add(device.allocate(parameter.basis().shape()).write(part));
      from += size;
    }
    double squaredLength = module.precondition(damping, gradients);
    for (int j = 0; j < gradients.size(); j++) {
      device.operators().update().solve(module.parameters().get(j).gram(), gradients.get(j));
    }
    double[] step = joined(gradients.stream().map(Tensor::toDoubles).toList());
    gradients.forEach(Tensor::close);
    double along = 0;
    for (int at = 0; at < step.length; at++) {
      step[at] /= damping;
      along += g[at] * step[at];
    }
    assertThat(squaredLength).as("g^T M^-1 g").isCloseTo(along, withinPercentage(1e-6));
    return step;
  }
}
