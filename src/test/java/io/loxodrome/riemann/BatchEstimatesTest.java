package io.loxodrome.riemann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ManifoldLinear;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Sequential;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Estimates from a batch against those of whole matrices, whose derivatives are differences. */
class BatchEstimatesTest {
  private static final int BATCH = 12;
  private static final int CLASSES = 3;
  private static final double MU = 0.1;
  private static final double DECAY = 0.01;
  private static final double STEP = 1e-5;

  private final Device device = Device.open("reference:float64");
  private final Random random = new Random(8);
  private final Tensor x = uniform(BATCH, 2);
  private final Tensor s =
      device.allocate(Shape.of(BATCH, 1)).write(random.doubles(BATCH).toArray());

  private Tensor uniform(int... dimensions) {
    Tensor tensor = device.allocate(Shape.of(dimensions));
    return tensor.write(random.doubles(tensor.size(), -1, 1).toArray());
  }

  @AfterEach
  void close() {
    x.close();
    s.close();
    device.close();
  }

  private Layer network(String spec) {
    return Sequential.of(linear("first", spec, 2, 2), linear("second", spec, 2, CLASSES));
  }

  private ManifoldLinear linear(String name, String spec, int inputs, int outputs) {
    WeightManifold manifold = WeightManifold.parse(spec);
    return ManifoldLinear.initialized(
        device, name, manifold, new Linear(inputs, outputs, Activation.NONE), start());
  }

  private static Initialization start() {
    return new Initialization(2, 0.5);
  }

  private BatchEstimates estimates(Layer network) {
    try (Conditioning where = new Conditioning(device, s);
        Tape tape = Tape.recording(device)) {
      Variable y = network.forward(tape, Variable.constant("x", x), where);
      BatchEstimates.Setting setting = BatchEstimates.Setting.softmax(MU, DECAY, 100);
      return BatchEstimates.of(tape, y, network.parameters(), setting);
    }
  }

  private double[] outputs(Layer network) {
    try (Conditioning where = new Conditioning(device, s);
        Tape tape = Tape.recording(device)) {
      return network.forward(tape, Variable.constant("x", x), where).value().toDoubles();
    }
  }

  /** A module's J, one column a parameter, and its G (x) I. */
  private static final class Whole {
    private double[][] jacobian = new double[BATCH * CLASSES][0];
    private double[][] metric = new double[0][0];

    private double[] row(int at) {
      return jacobian[at];
    }
  }

  private Whole whole(Layer network, List<Parameter> parameters) {
    Whole whole = new Whole();
    List<double[]> columns = new ArrayList<>();
    List<SymmetricMatrix> metrics = new ArrayList<>();
    for (Parameter parameter : parameters) {
      double[] values = parameter.basis().toDoubles();
      for (int j = 0; j < values.length; j++) {
        double[] moved = values.clone();
        moved[j] += STEP;
        parameter.basis().write(moved);
        double[] above = outputs(network);
        moved[j] -= 2 * STEP;
        parameter.basis().write(moved);
        double[] below = outputs(network);
        parameter.basis().write(values);
        for (int i = 0; i < above.length; i++) {
          above[i] = (above[i] - below[i]) / (2 * STEP);
        }
        columns.add(above);
      }
      metrics.add(metric(parameter, values.length));
    }
    whole.jacobian = Matrices.transpose(columns.toArray(double[][]::new));
    whole.metric = rows(SymmetricMatrix.blockDiagonal(metrics));
    return whole;
  }

  /** G (x) I. */
  private static SymmetricMatrix metric(Parameter parameter, int size) {
    double[][] g = parameter.gram().matrix();
    int length = size / g.length;
    double[][] d = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < g.length; k++) {
        d[i][k * length + i % length] = g[i / length][k];
      }
    }
    return SymmetricMatrix.of(d);
  }

  private static double[][] rows(SymmetricMatrix matrix) {
    double[][] rows = new double[matrix.size()][matrix.size()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows.length; j++) {
        rows[i][j] = matrix.at(i, j);
      }
    }
    return rows;
  }

  /** J^T (diag p - p p^T) J / B. */
  private double[][] gaussNewton(Layer network, double[][] jacobian) {
    double[] logits = outputs(network);
    int size = jacobian[0].length;
    double[][] sum = new double[size][size];
    for (int i = 0; i < BATCH; i++) {
      double[] p = Probabilities.of(logits, i * CLASSES, CLASSES);
      for (int q = 0; q < CLASSES; q++) {
        for (int r = 0; r < CLASSES; r++) {
          double weight = ((q == r ? p[q] : 0) - p[q] * p[r]) / BATCH;
          for (int j = 0; j < size; j++) {
            for (int k = 0; k < size; k++) {
              sum[j][k] += weight * jacobian[i * CLASSES + q][j] * jacobian[i * CLASSES + r][k];
            }
          }
        }
      }
    }
    return sum;
  }

  private static SymmetricMatrix damped(double[][] gaussNewton, double[][] metric) {
    double[][] sum = new double[metric.length][metric.length];
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < sum.length; j++) {
        sum[i][j] = gaussNewton[i][j] + MU * metric[i][j];
      }
    }
    return SymmetricMatrix.of(sum);
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "ellipse"})
  void ratesAreThoseOfTheWholeMatrices(String spec) {
    try (Layer network = network(spec)) {
      BatchEstimates found = estimates(network);
      List<Parameter> parameters = network.parameters();
      List<SymmetricMatrix> metrics = new ArrayList<>();
      for (int l = 0; l < 2; l++) {
        Whole module = whole(network, parameters.subList(2 * l, 2 * l + 2));
        SymmetricMatrix hessian = SymmetricMatrix.of(gaussNewton(network, module.jacobian));
        SymmetricMatrix metric = damped(rows(hessian), module.metric);
        metrics.add(metric);
        ContractionRate rate = found.modules().get(l);
        double[] expected = relative(metric, hessian);
        int seen = Math.min(expected.length, BATCH * (CLASSES - 1));
        assertThat(rate.module()).isEqualTo(l == 0 ? "first" : "second");
        assertThat(rate.value() - DECAY).isCloseTo(expected[expected.length - seen], offset(1e-7));
        assertThat(rate.largest() - DECAY).isCloseTo(expected[expected.length - 1], offset(1e-7));
      }
      Whole all = whole(network, parameters);
      SymmetricMatrix hessian = SymmetricMatrix.of(gaussNewton(network, all.jacobian));
      double[] joint = relative(SymmetricMatrix.blockDiagonal(metrics), hessian);
      int seen = Math.min(joint.length, BATCH * (CLASSES - 1));
      assertThat(found.joint().value() - DECAY).isCloseTo(joint[joint.length - seen], offset(1e-7));
      assertThat(found.joint().largest() - DECAY).isCloseTo(joint[joint.length - 1], offset(1e-7));
      assertThat(found.composed().value()).isLessThan(found.joint().value() + 1e-9);
    }
  }

  private static double[] relative(SymmetricMatrix metric, SymmetricMatrix hessian) {
    return hessian.between(metric.mapped(m -> 1 / Math.sqrt(m))).eigenvalues();
  }

  /** kappa^2 is the largest eigenvalue of an example's J D^-1 J^T. */
  @ParameterizedTest
  @ValueSource(strings = {"point", "line", "ellipse"})
  void kappaIsTheSteepestExample(String spec) {
    try (Layer network = network(spec)) {
      Whole all = whole(network, network.parameters());
      double[][] inverse = Matrices.inverse(all.metric);
      double largest = 0;
      for (int i = 0; i < BATCH; i++) {
        double[][] own = new double[CLASSES][];
        for (int q = 0; q < CLASSES; q++) {
          own[q] = all.row(i * CLASSES + q);
        }
        double[][] square =
            Matrices.multiply(own, Matrices.multiply(inverse, Matrices.transpose(own)));
        largest = Math.max(largest, SymmetricMatrix.of(square).largest());
      }
      BatchEstimates found = estimates(network);
      assertThat(found.output().kappa()).isCloseTo(Math.sqrt(largest), offset(1e-6));
      assertThat(found.uniform().kappa()).isEqualTo(found.output().kappa());
      assertThat(found.output().rate()).isEqualTo(found.joint().value());
      assertThat(found.output().mu()).isEqualTo(MU);
      assertThat(found.output().examples()).isEqualTo(100);
    }
  }

  @Test
  void theyAreAllThereWithDifferentKeys() {
    try (Layer network = network("line")) {
      List<Estimate> all = estimates(network).all();
      assertThat(all)
          .extracting(Estimate::key)
          .containsExactly(
              "rate.first",
              "rate.second",
              "rate.composed",
              "rate.joint",
              "stability.output",
              "stability.uniform");
      assertThat(all).allSatisfy(estimate -> assertThat(estimate.value()).isNotNaN());
      assertThat(all.get(0).text())
          .startsWith("contraction rate of first: ")
          .contains("(estimate, if H is the Gauss-Newton matrix of a batch that stands for all");
    }
  }

  @Test
  void aBatchHasNoMoreThan128Rows() {
    assertThat(BatchEstimates.examples(128, 10)).isEqualTo(12);
    assertThat(BatchEstimates.examples(5, 10)).isEqualTo(5);
    assertThat(BatchEstimates.examples(128, 1000)).isEqualTo(1);
  }
}
