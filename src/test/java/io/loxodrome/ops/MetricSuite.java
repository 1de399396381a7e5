package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every device to the definition of the layerwise metric. */
abstract class MetricSuite extends FamilySuite {
  /** For results in double precision. */
  private static final double FINE = 1e-12;

  MetricSuite(String deviceName, double bound) {
    super(deviceName, bound);
  }

  /** What belongs to the columns of so many probes, shaped alike, out of one array. */
  private static List<Tensor> probes(Bench bench, int probes, Shape each, double[] values) {
    int size = (int) each.size();
    List<Tensor> tensors = new ArrayList<>();
    for (int a = 0; a < probes; a++) {
      tensors.add(bench.input(each, Arrays.copyOfRange(values, a * size, (a + 1) * size)));
    }
    return tensors;
  }

  /** A square with NaN above the diagonal, which nobody may read. */
  private static double[] square(double[] lower, int size) {
    double[] square = new double[size * size];
    Arrays.fill(square, Double.NaN);
    for (int row = 0, at = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        square[row * size + column] = lower[at++];
      }
    }
    return square;
  }

  private static Tensor matrix(Bench bench, double[] lower) {
    int size = size(lower);
    return bench.updated(Shape.of(size, size), square(lower, size));
  }

  private static int triangle(int size) {
    return size * (size + 1) / 2;
  }

  private static int size(double[] lower) {
    int size = 0;
    while (triangle(size) < lower.length) {
      size++;
    }
    return size;
  }

  private static double[] lower(Tensor matrix) {
    int size = matrix.shape().dimension(0);
    double[] values = matrix.toDoubles();
    double[] lower = new double[triangle(size)];
    for (int row = 0, at = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        lower[at++] = values[row * size + column];
      }
    }
    return lower;
  }

  /** The lower triangle as a tensor that can be held against another device's. */
  private static Tensor lower(Bench bench, Tensor matrix) {
    double[] lower = lower(matrix);
    Tensor copy = bench.keep(bench.device().allocate(matrix.type(), Shape.of(lower.length)));
    return copy.write(lower);
  }

  /** The lower triangle of a matrix whose eigenvalues are around 1. */
  private double[] positiveDefinite(int size) {
    int columns = 2 * size;
    double[] r = draw.normals((long) size * columns);
    double[] lower = new double[triangle(size)];
    for (int row = 0, at = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        double sum = 0;
        for (int c = 0; c < columns; c++) {
          sum += r[row * columns + c] * r[column * columns + c];
        }
        lower[at++] = (float) (sum / columns + (row == column ? 0.25 : 0));
      }
    }
    return lower;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 5",
    "1, 1, 1",
    "1, 3, 17",
    "7, 1, 3",
    "11, 3, 64",
    "13, 5, 33",
    "33, 1, 0",
    "50, 4, 70",
    "2, 9, 1000",
    "66, 3, 5"
  })
  void gramOfColumnsAgrees(int batch, int probes, int parameters) {
    Shape each = Shape.of(batch, parameters);
    double[] r = draw.normals(probes * each.size());
    double[] before = draw.normals(triangle(batch * probes));
    requireAgreement(
        "%d probes, %s".formatted(probes, each),
        bench -> {
          Tensor gram = matrix(bench, before);
          bench.operators().metric().addGram(probes(bench, probes, each, r), 0.375, gram);
          return List.of(lower(bench, gram));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 3, 4, 1",
    "1, 1, 1, 1, 1, 0",
    "7, 3, 1, 5, 4, 1",
    "33, 2, 1, 64, 10, 0",
    "50, 4, 1, 17, 3, 1",
    "5, 1, 4, 6, 3, 1",
    "3, 5, 7, 9, 2, 0.5",
    "9, 3, 16, 4, 5, 0",
    "16, 2, 3, 33, 17, 1"
  })
  void gramOfProductsAgrees(
      int batch, int probes, int positions, int inputs, int outputs, double constant) {
    Shape inputShape = Shape.of(batch, positions, inputs);
    Shape each = Shape.of(batch, positions, outputs);
    double[] x = draw.normals(inputShape.size());
    double[] u = draw.normals(probes * each.size());
    double[] before = draw.normals(triangle(batch * probes));
    requireAgreement(
        "inputs %s, %d probes, %s".formatted(inputShape, probes, each),
        bench -> {
          Tensor gram = matrix(bench, before);
          bench
              .operators()
              .metric()
              .addProducts(
                  bench.input(inputShape, x), constant, probes(bench, probes, each, u), 0.75, gram);
          return List.of(lower(bench, gram));
        });
  }

  /** r_ai = sum_l u_ail (x_il, constant)^T in full. */
  @ParameterizedTest
  @CsvSource({"1, 0", "1, 1", "3, 0.5"})
  void productsStandForTheColumnsTheyAreMadeOf(int positions, double constant) {
    int batch = 4;
    int probes = 3;
    int inputs = 5;
    int outputs = 2;
    double[] x = draw.normals((long) batch * positions * inputs);
    double[] u = draw.normals((long) probes * batch * positions * outputs);
    int width = outputs * (inputs + 1);
    double[] r = new double[probes * batch * width];
    for (int column = 0; column < probes * batch; column++) {
      int i = column % batch;
      for (int l = 0; l < positions; l++) {
        for (int o = 0; o < outputs; o++) {
          double factor = u[(column * positions + l) * outputs + o];
          int at = column * width + o * (inputs + 1);
          for (int c = 0; c < inputs; c++) {
            r[at + c] += factor * x[(i * positions + l) * inputs + c];
          }
          r[at + inputs] += factor * constant;
        }
      }
    }
    try (Bench bench = bench()) {
      MetricOperators metric = bench.operators().metric();
      double[] zeros = new double[triangle(batch * probes)];
      Tensor explicit = matrix(bench, zeros);
      metric.addGram(probes(bench, probes, Shape.of(batch, width), r), 1, explicit);
      Tensor products = matrix(bench, zeros);
      metric.addProducts(
          bench.input(Shape.of(batch, positions, inputs), x),
          constant,
          probes(bench, probes, Shape.of(batch, positions, outputs), u),
          1,
          products);
      requireClose("columns in full", lower(products), lower(explicit));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 3, 2, 1",
    "3, 0, 2, 2, 1",
    "1, 1, 1, 1, 0",
    "5, 15, 1, 17, 4",
    "7, 7, 3, 0, 5",
    "33, 66, 2, 20, 3",
    "4, 400, 5, 13, 1",
    "2, 2, 3, 150, 20"
  })
  void sumOfOuterProductsAgrees(int batch, int columns, int n, int first, int second) {
    double[] a = draw.normals((long) batch * n);
    double[] one = draw.normals((long) columns * first);
    double[] other = draw.normals((long) columns * second);
    double[] before = draw.normals(triangle(n * (first + second)));
    requireAgreement(
        "%d columns of %d examples, %d basis points".formatted(columns, batch, n),
        bench -> {
          Tensor matrix = matrix(bench, before);
          bench
              .operators()
              .metric()
              .addOuter(
                  bench.input(Shape.of(batch, n), a),
                  List.of(
                      bench.input(Shape.of(columns, first), one),
                      bench.input(Shape.of(columns, second), other)),
                  matrix);
          return List.of(lower(bench, matrix));
        });
  }

  /** C^T C and C C^T of the same columns in full, of which either can be made by the other. */
  @Test
  void outerProductsAreThoseOfTheColumnsTheGramIsMadeOf() {
    int columns = 6;
    int length = 4;
    double[] c = draw.normals(columns * (long) length);
    double[] transposed = new double[c.length];
    for (int at = 0; at < c.length; at++) {
      transposed[at % length * columns + at / length] = c[at];
    }
    try (Bench bench = bench()) {
      MetricOperators metric = bench.operators().metric();
      double[] zeros = new double[triangle(length)];
      Tensor outer = matrix(bench, zeros);
      Tensor ones = bench.input(Shape.of(2, 1), new double[] {1, 1});
      metric.addOuter(ones, List.of(bench.input(Shape.of(columns, length), c)), outer);
      Tensor gram = matrix(bench, zeros);
      metric.addGram(List.of(bench.input(Shape.of(length, columns), transposed)), 1, gram);
      requireClose("C^T C", lower(outer), lower(gram));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"point", "line", "rod", "ellipse", "bezier:3", "spline:8", "product(rod,line)"})
  void mixAgrees(String spec) {
    Gram gram = WeightManifold.parse(spec).gram();
    for (int batch : new int[] {0, 1, 7, 22}) {
      double[] a = draw.normals((long) batch * gram.size());
      for (int probes : new int[] {1, 3}) {
        double[] s = draw.normals(triangle(batch * probes));
        requireAgreement(
            "%s, %d probes of %d".formatted(spec, probes, batch),
            bench -> {
              Tensor matrix = matrix(bench, s);
              Tensor coefficients = bench.input(Shape.of(batch, gram.size()), a);
              bench.operators().metric().mix(coefficients, gram, matrix);
              return List.of(lower(bench, matrix));
            });
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 3", "1, 1", "7, 0", "33, 1", "65, 3", "200, 1", "130, 17"})
  void multiplyAgrees(int size, int columns) {
    double[] s = draw.normals(triangle(size));
    Shape shape = columns == 1 ? Shape.of(size) : Shape.of(size, columns);
    double[] x = draw.normals(shape.size());
    requireAgreement(
        size + " times " + columns,
        bench -> {
          Tensor products = bench.output(shape);
          MetricOperators metric = bench.operators().metric();
          metric.multiply(matrix(bench, s), bench.input(shape, x), products);
          return List.of(products);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0",
    "2, 0.5",
    "7, 0",
    "31, 1",
    "32, 0",
    "33, 0",
    "64, 0",
    "65, 2",
    "127, 0",
    "129, 0",
    "200, 0.125"
  })
  void factorAndSolutionAgree(int size, double damping) {
    double[] s = positiveDefinite(size);
    double[] x = draw.normals(size);
    double[] several = draw.normals(3L * size);
    requireAgreement(
        "size " + size,
        bench -> {
          MetricOperators metric = bench.operators().metric();
          Tensor gram = matrix(bench, s);
          Tensor factor = bench.output(gram.shape());
          boolean definite = metric.factorize(gram, damping, factor);
          Tensor solution = bench.updated(Shape.of(size), x);
          Tensor solutions = bench.updated(Shape.of(size, 3), several);
          if (definite) {
            metric.solve(factor, solution);
            metric.solve(factor, solutions);
          }
          return List.of(lower(bench, gram), lower(bench, factor), solution, solutions);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 33, 65, 150})
  void aFactorMayTakeThePlaceOfItsMatrix(int size) {
    double[] s = positiveDefinite(size);
    try (Bench bench = bench()) {
      MetricOperators metric = bench.operators().metric();
      Tensor gram = matrix(bench, s);
      Tensor factor = bench.output(gram.shape());
      assertThat(metric.factorize(gram, 0.5, factor)).isTrue();
      assertThat(lower(gram)).isEqualTo(s);
      assertThat(metric.factorize(gram, 0.5, gram)).isTrue();
      assertThat(lower(gram)).isEqualTo(lower(factor));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 32, 33, 100})
  void zeroIsPositiveDefiniteOnlyWithDamping(int size) {
    try (Bench bench = bench()) {
      MetricOperators metric = bench.operators().metric();
      Tensor gram = bench.output(Shape.of(size, size));
      metric.clear(gram);
      assertThat(lower(gram)).containsOnly(0);
      assertThat(metric.factorize(gram, 0, bench.output(gram.shape()))).isFalse();
      Tensor factor = bench.output(gram.shape());
      assertThat(metric.factorize(gram, 4, factor)).isTrue();
      double[] expected = new double[triangle(size)];
      for (int row = 0; row < size; row++) {
        expected[triangle(row + 1) - 1] = 2;
      }
      assertThat(lower(factor)).containsExactly(expected);
    }
  }

  /** Whichever pivot it is that fails. */
  @ParameterizedTest
  @CsvSource({"1, 0", "40, 0", "40, 31", "40, 32", "40, 39", "100, 50", "100, 63", "100, 99"})
  void aMatrixThatIsNotPositiveDefiniteIsToldApart(int size, int pivot) {
    for (double bad :
        new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      double[] diagonal = positiveDefinite(size);
      diagonal[triangle(pivot + 1) - 1] = bad;
      requireNotDefinite(bad + " on the diagonal", diagonal);
      if (pivot > 0) {
        double[] beside = positiveDefinite(size);
        beside[triangle(pivot)] = bad * 1e4;
        requireNotDefinite(bad * 1e4 + " beside it", beside);
      }
    }
  }

  private void requireNotDefinite(String what, double[] lower) {
    try (Bench bench = bench()) {
      Tensor gram = matrix(bench, lower);
      Tensor factor = bench.output(gram.shape());
      assertThat(bench.operators().metric().factorize(gram, 0.25, factor)).as(what).isFalse();
      assertThat(lower(gram)).isEqualTo(lower);
    }
  }

  /** Examples that come twice make S singular; damping, however it is rounded, mends that. */
  @Test
  void duplicatesAreSolvedWithDamping() {
    int batch = 21;
    double[] once = draw.normals(batch * 6L);
    requireAgreement(
        "duplicates",
        bench -> {
          MetricOperators metric = bench.operators().metric();
          Tensor rows = bench.input(Shape.of(batch, 6), once);
          Tensor gram = bench.output(Shape.of(2 * batch, 2 * batch));
          metric.clear(gram);
          metric.addGram(List.of(rows, rows), 1, gram);
          assertThat(metric.factorize(gram, 1, gram)).isTrue();
          Tensor x = bench.updated(Shape.of(batch), Arrays.copyOf(once, batch));
          Tensor both = bench.output(Shape.of(2, batch));
          bench.operators().elementwise().repeat(x, both);
          Tensor solution = both.reshape(Shape.of(2 * batch));
          metric.solve(gram, solution);
          return List.of(solution);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 5",
    "1, 1, 1, 1",
    "5, 3, 1, 17",
    "7, 1, 3, 64",
    "33, 4, 2, 100",
    "64, 2, 8, 33",
    "3, 2, 33, 1000",
    "9, 2, 2, 0"
  })
  void projectionsAndCombinationsAgree(int batch, int probes, int n, int parameters) {
    Shape each = Shape.of(batch, parameters);
    Shape vectors = Shape.of(n, parameters);
    int size = batch * probes;
    double[] a = draw.normals((long) batch * n);
    double[] r = draw.normals(probes * each.size());
    double[] v = draw.normals(vectors.size());
    double[] y = draw.normals(each.size());
    double[] w = draw.normals(size);
    requireAgreement(
        "%d probes, %s, %d basis points".formatted(probes, each, n),
        bench -> {
          MetricOperators metric = bench.operators().metric();
          Tensor coefficients = bench.input(Shape.of(batch, n), a);
          List<Tensor> rows = probes(bench, probes, each, r);
          Tensor weights = bench.input(Shape.of(size), w);
          Tensor projections = bench.output(Shape.of(size));
          metric.project(coefficients, rows, 0.5, bench.input(vectors, v), projections);
          Tensor combination = bench.output(vectors);
          metric.combine(weights, coefficients, rows, -1.5, combination);
          Tensor own = bench.output(Shape.of(size));
          metric.projectEach(rows, 0.75, bench.input(each, y), own);
          Tensor combinations = bench.output(each);
          metric.combineEach(weights, rows, 2.5, combinations);
          return List.of(projections, combination, own, combinations);
        });
  }

  @Test
  void theRealTypeIsTheFirstThatMatricesMayHave() {
    assertThat(device().operators().metric().gramTypes()).startsWith(device().realType());
    assertThat(device().operators().metric().gramTypes()).doesNotHaveDuplicates();
  }

  /** From the first product to the solution, with numbers that single precision cannot tell. */
  @Test
  void aMorePreciseMatrixIsAsPreciseAsItSays() {
    for (ElementType type : device().operators().metric().gramTypes()) {
      if (type == ElementType.FLOAT64) {
        requireFineAgreement(37, 3, 300, 1);
        requireFineAgreement(37, 3, 300, 3);
        requireFineAgreement(2, 2, 270_000, 1);
      }
    }
  }

  private void requireFineAgreement(int batch, int probes, int parameters, int positions) {
    int size = batch * probes;
    Gram gram = WeightManifold.parse("ellipse").gram();
    double[] r = draw.normals((long) size * parameters);
    double[] x = draw.normals((long) batch * positions * 5);
    double[] u = draw.normals((long) size * positions * 4);
    double[] a = draw.normals((long) batch * gram.size());
    double[] values = draw.normals(size);
    List<double[]> results = new ArrayList<>();
    try (Bench tested = bench();
        Bench exact = exactBench()) {
      for (Bench bench : List.of(exact, tested)) {
        MetricOperators metric = bench.operators().metric();
        Tensor s = bench.keep(bench.device().allocate(ElementType.FLOAT64, Shape.of(size, size)));
        metric.clear(s);
        metric.addGram(probes(bench, probes, Shape.of(batch, parameters), r), 1.0 / parameters, s);
        metric.addProducts(
            bench.input(Shape.of(batch, positions, 5), x),
            1,
            probes(bench, probes, Shape.of(batch, positions, 4), u),
            0.1,
            s);
        metric.mix(bench.input(Shape.of(batch, gram.size()), a), gram, s);
        Tensor outer = bench.keep(bench.device().allocate(ElementType.FLOAT64, Shape.of(12, 12)));
        metric.clear(outer);
        metric.addOuter(
            bench.input(Shape.of(batch, gram.size()), a),
            List.of(bench.input(Shape.of(size * positions, 4), u)),
            outer);
        Tensor factor = bench.keep(bench.device().allocate(ElementType.FLOAT64, s.shape()));
        assertThat(metric.factorize(s, 0.125, factor)).isTrue();
        Tensor products = bench.output(Shape.of(size));
        metric.multiply(s, bench.input(Shape.of(size), values), products);
        Tensor solution = bench.updated(Shape.of(size), values);
        metric.solve(factor, solution);
        results.addAll(
            List.of(
                lower(s), lower(factor), lower(outer), products.toDoubles(), solution.toDoubles()));
      }
    }
    requireClose("S", results.get(5), results.get(0), FINE);
    requireClose("L", results.get(6), results.get(1), FINE);
    requireClose("T", results.get(7), results.get(2), FINE);
    requireClose("S x, rounded", results.get(8), results.get(3), 1e-7);
    requireClose("solution, rounded", results.get(9), results.get(4), 1e-7);
  }

  @Test
  void aFactorOfAnotherTypeThanItsMatrixIsRefused() {
    List<ElementType> types = device().operators().metric().gramTypes();
    try (Bench bench = bench()) {
      Tensor gram = bench.output(Shape.of(2, 2));
      ElementType other = types.size() > 1 ? types.get(1) : ElementType.INT32;
      Tensor factor = bench.keep(device().allocate(other, Shape.of(2, 2)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bench.operators().metric().factorize(gram, 1, factor))
          .withMessageContaining(other.name())
          .withMessageContaining(gram.type().name());
    }
  }

  @Test
  void probesThatDoNotFitAreRefused() {
    try (Bench bench = bench()) {
      MetricOperators metric = bench.operators().metric();
      Tensor gram = bench.output(Shape.of(4, 4));
      Tensor two = bench.input(Shape.of(2, 5), new double[10]);
      Tensor three = bench.input(Shape.of(3, 5), new double[15]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addGram(List.of(), 1, gram))
          .withMessageContaining("no rows");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addGram(List.of(two, three), 1, gram))
          .withMessageContainingAll("rows 1", "3x5", "2x5");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addGram(List.of(two), 1, gram))
          .withMessageContainingAll("4x4", "1 x 2", "2x5");
      Tensor inputs = bench.input(Shape.of(2, 3, 1), new double[6]);
      Tensor columns = bench.input(Shape.of(2, 5, 1), new double[10]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addProducts(inputs, 0, List.of(columns, columns), 1, gram))
          .withMessageContainingAll("2x3x1", "2x5x1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addOuter(two, List.of(), gram))
          .withMessageContaining("no rows");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addOuter(two, List.of(two, three), gram))
          .withMessageContainingAll("rows 1", "3x5");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addOuter(two, List.of(three), gram))
          .withMessageContainingAll("3x5", "2 rows", "2x5");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.addOuter(two, List.of(two, two), gram))
          .withMessageContainingAll("4x4", "50 rows");
      Gram metricOfThree = WeightManifold.parse("ellipse").gram();
      Tensor coefficients = bench.input(Shape.of(3, 3), new double[9]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> metric.mix(coefficients, metricOfThree, gram))
          .withMessageContainingAll("4x4", "3x3");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-30, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void dampingThatIsNoneIsRefused(double damping) {
    try (Bench bench = bench()) {
      Tensor gram = bench.updated(Shape.of(1, 1), new double[] {1});
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bench.operators().metric().factorize(gram, damping, gram))
          .withMessageContaining("damping is " + damping);
    }
  }
}
