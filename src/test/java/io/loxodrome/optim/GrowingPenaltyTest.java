package io.loxodrome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Problem;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The penalty's gradient against the penalty as it is written down, in double. */
class GrowingPenaltyTest {
  private static final double LAMBDA = 0.3;
  private static final double STEP = 1e-4;

  private final Device device = Device.open("reference:float64");

  @AfterEach
  void everythingIsFreed() {
    assertThat(device.bytesInUse()).isZero();
    device.close();
  }

  private Layer network(WeightManifold manifold) {
    Initialization start = new Initialization(3);
    Layer network =
        Sequential.of(
            ManifoldLinear.initialized(
                device, "one", manifold, new Linear(4, 5, Activation.RELU), start),
            ManifoldLinear.initialized(
                device, "two", manifold, new Linear(5, 3, Activation.NONE), start));
    long stream = 50;
    for (Parameter parameter : network.parameters()) {
      parameter.basis().write(Problem.normals(stream++, (int) parameter.basis().size()));
    }
    return network;
  }

  /** lambda mean_i s_i |W(s_i)|^2, example by example and weight by weight. */
  private static double direct(double[] values, List<Parameter> parameters) {
    double sum = 0;
    for (Parameter parameter : parameters) {
      WeightManifold manifold = parameter.manifold();
      int n = manifold.basisSize();
      double[] a = new double[n];
      double[] points = parameter.basis().toDoubles();
      int size = points.length / n;
      for (double s : values) {
        manifold.coefficients(manifold.dimensions() == 0 ? new double[0] : new double[] {s}, a);
        double square = 0;
        for (int c = 0; c < size; c++) {
          double weight = 0;
          for (int k = 0; k < n; k++) {
            weight += a[k] * points[k * size + c];
          }
          square += weight * weight;
        }
        sum += s * square;
      }
    }
    return LAMBDA * sum / values.length;
  }

  /** What the penalty adds to gradients that are 1 everywhere, less that 1. */
  private List<double[]> added(Layer network, double[] values) {
    List<double[]> added = new ArrayList<>();
    try (GrowingPenalty penalty = new GrowingPenalty(device, network.parameters(), LAMBDA)) {
      penalty.place(new double[] {0.9});
      penalty.place(values);
      for (Parameter parameter : network.parameters()) {
        device.operators().elementwise().fill(parameter.variable().gradient(), 1);
      }
      penalty.addGradients();
      for (Parameter parameter : network.parameters()) {
        double[] gradient = parameter.variable().gradient().toDoubles();
        for (int e = 0; e < gradient.length; e++) {
          gradient[e] -= 1;
        }
        added.add(gradient);
      }
    }
    return added;
  }

  /** The penalty is quadratic, so central differences of it have no error but rounding. */
  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "rod", "ellipse", "fourier:2", "spline:5", "bezier:3"})
  void gradientsAreThoseOfThePenaltyAsItIsWrittenDown(String spec) {
    double[] values = Problem.uniforms(9, 6);
    try (Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Layer network = network(WeightManifold.parse(spec))) {
      problem.backward(network);
      List<double[]> added = added(network, values);
      for (int i = 0; i < added.size(); i++) {
        Parameter parameter = network.parameters().get(i);
        double[] basis = parameter.basis().toDoubles();
        for (int e = 0; e < basis.length; e++) {
          double difference =
              directAt(network, values, parameter, basis, e, STEP)
                  - directAt(network, values, parameter, basis, e, -STEP);
          assertThat(added.get(i)[e])
              .as("%s[%d]", parameter.name(), e)
              .isCloseTo(difference / (2 * STEP), within(1e-8));
        }
        parameter.basis().write(basis);
      }
    }
  }

  private static double directAt(
      Layer network, double[] values, Parameter parameter, double[] basis, int e, double step) {
    double[] moved = basis.clone();
    moved[e] += step;
    parameter.basis().write(moved);
    return direct(values, network.parameters());
  }

  /** With one W(s) = P at every s it is the plain penalty, lambda mean(s) |P|^2. */
  @Test
  void onAPointItIsThePlainPenaltyTimesTheMeanOfS() {
    double[] values = {0, 0.25, 1, 0.75};
    try (Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Layer network = network(WeightManifold.parse("point"))) {
      problem.backward(network);
      List<double[]> added = added(network, values);
      for (int i = 0; i < added.size(); i++) {
        double[] points = network.parameters().get(i).basis().toDoubles();
        for (int e = 0; e < points.length; e++) {
          assertThat(added.get(i)[e]).isCloseTo(2 * LAMBDA * 0.5 * points[e], within(1e-12));
        }
      }
    }
  }

  @Test
  void atSZeroThereIsNone() {
    try (Problem problem = new Problem(device, 6, Shape.of(4), 1, 3);
        Layer network = network(WeightManifold.parse("line"))) {
      problem.backward(network);
      added(network, new double[3]).forEach(gradient -> assertThat(gradient).containsOnly(0));
    }
  }

  @Test
  void manifoldsOfSeveralValuesAreRefused() {
    try (Layer network = network(WeightManifold.parse("torus"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new GrowingPenalty(device, network.parameters(), LAMBDA))
          .withMessage(
              "a penalty that grows with s takes one conditioning value, manifold torus of"
                  + " one.weight takes 2");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void strengthsOutOfRangeAreRefused(double strength) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GrowingPenalty(device, List.of(), strength))
        .withMessage("l2 is " + strength + ", must be at least 0 and finite");
  }
}
