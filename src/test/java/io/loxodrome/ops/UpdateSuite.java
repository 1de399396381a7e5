package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every device to the definition of the metric and the optimisers' steps. */
abstract class UpdateSuite extends FamilySuite {
  private static final List<Shape> ANY =
      List.of(Shape.of(1), Shape.of(17), Shape.of(5, 3, 3, 3), Shape.of(128), Shape.of(1009));

  UpdateSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  static Stream<String> specs() {
    return Stream.of(
        "point",
        "line",
        "rod",
        "ellipse",
        "fourier:2",
        "bezier:3",
        "spline:8",
        "spline:33",
        "spline:9:periodic",
        "spline:16:unclamped",
        "torus",
        "sheet",
        "sphere:2",
        "product(line,ellipse)",
        "product(rod,spline:5)",
        "replicas(3,point)",
        "replicas(3,ellipse)",
        "replicas(2,rod)",
        "replicas(3,spline:5)",
        "replicas(9,spline:8)",
        "replicas(2,product(line,rod))");
  }

  private static Gram gram(String spec) {
    return WeightManifold.parse(spec).gram();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void solveIsTheProductWithTheInverse(String spec) {
    Gram gram = gram(spec);
    int n = gram.size();
    double[][] inverse = gram.inverse();
    for (Shape any : ANY) {
      int columns = (int) any.size();
      double[] g = draw.normals((long) n * columns);
      double[] expected = new double[n * columns];
      for (int k = 0; k < n; k++) {
        for (int l = 0; l < n; l++) {
          for (int c = 0; c < columns; c++) {
            expected[k * columns + c] += inverse[k][l] * g[l * columns + c];
          }
        }
      }
      try (Bench bench = bench()) {
        Tensor gradient = bench.updated(any.under(n), g);
        bench.operators().update().solve(gram, gradient);
        requireClose(spec + " any " + any, gradient.toDoubles(), expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void squaredNormIsTheTrace(String spec) {
    Gram gram = gram(spec);
    int n = gram.size();
    double[][] inverse = gram.inverse();
    for (Shape any : ANY) {
      int columns = (int) any.size();
      double[] g = draw.normals((long) n * columns);
      double expected = 0;
      for (int k = 0; k < n; k++) {
        for (int l = 0; l < n; l++) {
          for (int c = 0; c < columns; c++) {
            expected += g[k * columns + c] * inverse[k][l] * g[l * columns + c];
          }
        }
      }
      try (Bench bench = bench()) {
        Tensor gradient = bench.input(any.under(n), g);
        double norm = bench.operators().update().squaredNorm(gram, gradient);
        assertThat(norm)
            .as("%s any %s; %s", spec, any, draw)
            .isCloseTo(expected, within(bound() * expected));
        bench.requireInputsUntouched();
      }
    }
  }

  /** In blocks of n rows each; sums of positive numbers, which no rounding makes small. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 1", "3, 4", "8, 2", "33, 1"})
  void productsAreAddedBlockByBlock(int n, int blocks) {
    for (Shape any : ANY) {
      int columns = (int) any.size();
      double[] c = draw.uniforms((long) n * n, 0.5, 2);
      double[] p = draw.uniforms((long) blocks * n * columns, 0.5, 2);
      double[] g = draw.uniforms((long) blocks * n * columns, 0.5, 2);
      double[] expected = g.clone();
      for (int row = 0; row < blocks * n; row++) {
        for (int l = 0; l < n; l++) {
          int from = row - row % n + l;
          for (int column = 0; column < columns; column++) {
            expected[row * columns + column] +=
                0.75 * c[row % n * n + l] * p[from * columns + column];
          }
        }
      }
      try (Bench bench = bench()) {
        Tensor gradient = bench.updated(any.under(blocks * n), g);
        Tensor matrix = bench.input(Shape.of(n, n), c);
        Tensor basis = bench.input(any.under(blocks * n), p);
        bench.operators().update().addProduct(gradient, 0.75, matrix, basis);
        requireClose("n " + n + " any " + any, gradient.toDoubles(), expected);
        bench.requireInputsUntouched();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void sgdAgrees(String spec) {
    Gram gram = gram(spec);
    for (SgdStep.Rule rule : SgdStep.Rule.values()) {
      for (Shape any : ANY) {
        Shape shape = any.under(gram.size());
        double[] p = draw.normals(shape.size());
        double[] g = draw.normals(shape.size());
        double[] v = draw.normals(shape.size());
        SgdStep step = new SgdStep(0.05, 0.9, rule, 0.01, 0.5);
        requireAgreement(
            rule + " " + spec + " any " + any,
            bench -> {
              Tensor basis = bench.updated(shape, p);
              Tensor velocity = bench.updated(shape, v);
              bench.operators().update().sgd(step, gram, basis, bench.updated(shape, g), velocity);
              return List.of(basis, velocity);
            });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void adamAgrees(String spec) {
    Gram gram = gram(spec);
    for (AdamStep.Form form : AdamStep.Form.values()) {
      for (Shape any : ANY) {
        Shape shape = any.under(gram.size());
        double[] p = draw.normals(shape.size());
        double[] g = draw.normals(shape.size());
        double[] m = draw.normals(shape.size());
        double[] v = draw.uniforms(shape.size(), 0.1, 2);
        AdamStep step = new AdamStep(form, 0.01, 0.9, 0.999, 1e-8, 0.01, 0.5, 7);
        requireAgreement(
            form + " " + spec + " any " + any,
            bench -> {
              Tensor basis = bench.updated(shape, p);
              Tensor first = bench.updated(shape, m);
              Tensor second = bench.updated(shape, v);
              Tensor gradient = bench.updated(shape, g);
              bench.operators().update().adam(step, gram, basis, gradient, first, second);
              return List.of(basis, first, second);
            });
      }
    }
  }

  /** On the ellipse G^-1 = diag(1, 2, 2): one number per row, two steps written out. */
  @ParameterizedTest
  @EnumSource
  void sgdByHand(SgdStep.Rule rule) {
    SgdStep step = new SgdStep(0.5, 0.75, rule, 0.125, 2);
    double[] p = {1, -2, 3};
    double[] v = {0, 0, 0};
    double[][] gradients = {{0.5, 0.25, -1}, {-0.5, 1, 0.125}};
    double[] inverse = {1, 2, 2};
    try (Bench bench = bench()) {
      Shape shape = Shape.of(3, 1);
      Tensor basis = bench.updated(shape, p);
      Tensor velocity = bench.updated(shape, v);
      for (double[] g : gradients) {
        Tensor gradient = bench.updated(shape, g);
        bench.operators().update().sgd(step, gram("ellipse"), basis, gradient, velocity);
        for (int k = 0; k < 3; k++) {
          double r = 2 * inverse[k] * g[k];
          v[k] = 0.75 * v[k] + r;
          double d = rule == SgdStep.Rule.NESTEROV ? r + 0.75 * v[k] : v[k];
          p[k] = p[k] - 0.5 * 0.125 * p[k] - 0.5 * d;
        }
      }
      requireClose("basis", basis.toDoubles(), p);
      requireClose("velocity", velocity.toDoubles(), v);
    }
  }

  @Test
  void adamInThePapersFormByHand() {
    double[] p = {1, -2, 3};
    double[] m = {0, 0, 0};
    double[] v = {0, 0, 0};
    double[][] gradients = {{0.5, 0.25, -1}, {-0.5, 1, 0.125}};
    double[] inverse = {1, 2, 2};
    try (Bench bench = bench()) {
      Shape shape = Shape.of(3, 1);
      Tensor basis = bench.updated(shape, p);
      Tensor first = bench.updated(shape, m);
      Tensor second = bench.updated(shape, v);
      for (int t = 1; t <= 2; t++) {
        Tensor gradient = bench.updated(shape, gradients[t - 1]);
        AdamStep step = new AdamStep(AdamStep.Form.PAPER, 0.25, 0.5, 0.75, 0.125, 0.0625, 2, t);
        bench.operators().update().adam(step, gram("ellipse"), basis, gradient, first, second);
        for (int k = 0; k < 3; k++) {
          double r = 2 * inverse[k] * gradients[t - 1][k];
          m[k] = 0.5 * m[k] + 0.5 * r;
          v[k] = 0.75 * v[k] + 0.25 * r * r;
          double mean = m[k] / (1 - Math.pow(0.5, t));
          double root = Math.sqrt(v[k] / (1 - Math.pow(0.75, t)));
          p[k] = p[k] * (1 - 0.25 * 0.0625) - 0.25 * mean / (root + 0.125);
        }
      }
      requireClose("basis", basis.toDoubles(), p);
      requireClose("first", first.toDoubles(), m);
      requireClose("second", second.toDoubles(), v);
    }
  }

  /** On the line R = [1/sqrt 3, 1/(2 sqrt 3); 0, 1/2], so both triangular solves fit in a line. */
  @Test
  void whitenedAdamByHand() {
    double r11 = 1 / Math.sqrt(3);
    double r12 = r11 / 2;
    double r22 = 0.5;
    double[] p = {1, -2};
    double[] g = {0.5, 0.25};
    double[] r = {2 * g[0] / r11, 2 * (g[1] - r12 * g[0] / r11) / r22};
    double[] m = {0.5 * r[0], 0.5 * r[1]};
    double[] v = {0.25 * r[0] * r[0], 0.25 * r[1] * r[1]};
    double[] d = {r[0] / (Math.abs(r[0]) + 0.125), r[1] / (Math.abs(r[1]) + 0.125)};
    double d2 = d[1] / r22;
    double d1 = (d[0] - r12 * d2) / r11;
    double kept = 1 - 0.25 * 0.0625;
    double[] expected = {kept * p[0] - 0.25 * d1, kept * p[1] - 0.25 * d2};
    try (Bench bench = bench()) {
      Shape shape = Shape.of(2, 1);
      Tensor basis = bench.updated(shape, p);
      Tensor first = bench.updated(shape, new double[2]);
      Tensor second = bench.updated(shape, new double[2]);
      AdamStep step = new AdamStep(AdamStep.Form.WHITENED, 0.25, 0.5, 0.75, 0.125, 0.0625, 2, 1);
      bench
          .operators()
          .update()
          .adam(step, gram("line"), basis, bench.updated(shape, g), first, second);
      requireClose("basis", basis.toDoubles(), expected);
      requireClose("first", first.toDoubles(), m);
      requireClose("second", second.toDoubles(), v);
    }
  }

  /** Frozen points keep their bits under decay, and whatever is in their moments. */
  @ParameterizedTest
  @EnumSource
  void frozenRowsNeverMove(Step step) {
    for (String spec :
        List.of("rod", "product(rod,ellipse)", "product(line,rod)", "replicas(2,rod)")) {
      WeightManifold manifold = WeightManifold.parse(spec);
      int columns = 17;
      Shape shape = Shape.of(manifold.basisSize(), columns);
      double[] p = draw.normals(shape.size());
      try (Bench bench = bench()) {
        Tensor basis = bench.updated(shape, p);
        step.apply(
            bench.operators().update(),
            manifold.gram(),
            basis,
            bench.updated(shape, draw.normals(shape.size())),
            bench.updated(shape, draw.uniforms(shape.size(), 1, 2)),
            bench.updated(shape, draw.uniforms(shape.size(), 1, 2)));
        double[] moved = basis.toDoubles();
        for (int e = 0; e < p.length; e++) {
          assertThat(moved[e] == p[e])
              .as("%s %s: element %d stays; %s", step, spec, e, draw)
              .isEqualTo(manifold.frozen(e / columns));
        }
      }
    }
  }

  /** Every step that moves basis points. */
  enum Step {
    HEAVY_BALL,
    NESTEROV,
    PAPER,
    WHITENED;

    void apply(
        UpdateOperators update, Gram gram, Tensor basis, Tensor gradient, Tensor m, Tensor v) {
      switch (this) {
        case HEAVY_BALL, NESTEROV ->
            update.sgd(
                new SgdStep(0.05, 0.9, SgdStep.Rule.valueOf(name()), 0.1, 1),
                gram,
                basis,
                gradient,
                m);
        case PAPER, WHITENED ->
            update.adam(
                new AdamStep(AdamStep.Form.valueOf(name()), 0.05, 0.9, 0.999, 1e-8, 0.1, 1, 3),
                gram,
                basis,
                gradient,
                m,
                v);
      }
    }
  }
}
