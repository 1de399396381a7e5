package io.loxodrome.ops;

import io.loxodrome.manifold.Gram;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/** Checks the operands of the layerwise metric. */
final class CheckedMetric implements MetricOperators {
  private final Operands operands;
  private final MetricOperators unchecked;

  CheckedMetric(Operands operands, MetricOperators unchecked) {
    this.operands = operands;
    this.unchecked = unchecked;
  }

  @Override
  public List<ElementType> gramTypes() {
    return unchecked.gramTypes();
  }

  @Override
  public void clear(Tensor gram) {
    requireSquare("gram", gram);
    unchecked.clear(gram);
  }

  @Override
  public void addGram(List<Tensor> rows, double factor, Tensor gram) {
    int size = requireSquare("gram", gram);
    requireFinite("factor", factor);
    requireProbes("rows", rows);
    requireTotal("gram", gram, size, "rows", rows);
    unchecked.addGram(rows, factor, gram);
  }

  @Override
  public void addProducts(
      Tensor inputs, double constant, List<Tensor> columns, double factor, Tensor gram) {
    int size = requireSquare("gram", gram);
    requireFinite("constant", constant);
    requireFinite("factor", factor);
    operands.requireReal("inputs", inputs);
    Shapes.requireRank("inputs", inputs, 3);
    Shape shape = requireProbes("columns", columns);
    Shapes.requireRank("columns 0", columns.get(0), 3);
    if (shape.dimension(0) != inputs.shape().dimension(0)
        || shape.dimension(1) != inputs.shape().dimension(1)) {
      throw new IllegalArgumentException(
          "inputs have shape %s and columns 0 %s: examples or positions differ"
              .formatted(inputs.shape(), shape));
    }
    requireTotal("gram", gram, size, "columns", columns);
    unchecked.addProducts(inputs, constant, columns, factor, gram);
  }

  @Override
  public void addOuter(Tensor coefficients, List<Tensor> rows, Tensor matrix) {
    int size = requireSquare("matrix", matrix);
    operands.requireReal("coefficients", coefficients);
    Shapes.requireRank("coefficients", coefficients, 2);
    int batch = coefficients.shape().dimension(0);
    int n = coefficients.shape().dimension(1);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("there are no rows, expected one parameter's at least");
    }
    int columns = Shapes.rows("rows 0", rows.get(0));
    long length = 0;
    for (int j = 0; j < rows.size(); j++) {
      operands.requireReal("rows " + j, rows.get(j));
      Shapes.requireRows("rows " + j, rows.get(j), columns);
      length += n * rows.get(j).shape().rowSize();
    }
    requireMultiple("rows 0", rows.get(0), columns, batch, coefficients);
    if (length != size) {
      throw new IllegalArgumentException(
          "matrix has shape %s, expected %d rows: %d for each number of all parameters' rows"
              .formatted(matrix.shape(), length, n));
    }
    unchecked.addOuter(coefficients, rows, matrix);
  }

  private static void requireMultiple(
      String name, Tensor tensor, int size, int batch, Tensor coefficients) {
    if (batch == 0 ? size != 0 : size % batch != 0) {
      throw new IllegalArgumentException(
          "%s has shape %s, expected a multiple of the %d rows of coefficients of shape %s"
              .formatted(name, tensor.shape(), batch, coefficients.shape()));
    }
  }

  @Override
  public void mix(Tensor coefficients, Gram metric, Tensor gram) {
    int size = requireSquare("gram", gram);
    operands.requireReal("coefficients", coefficients);
    Shapes.requireRank("coefficients", coefficients, 2);
    int batch = coefficients.shape().dimension(0);
    Shapes.require("coefficients", coefficients, Shape.of(batch, metric.size()));
    requireMultiple("gram", gram, size, batch, coefficients);
    unchecked.mix(coefficients, metric, gram);
  }

  @Override
  public void multiply(Tensor gram, Tensor values, Tensor products) {
    int size = requireSquare("gram", gram);
    requireValues("values", values, size);
    operands.requireReal("products", products, values.shape());
    unchecked.multiply(gram, values, products);
  }

  @Override
  public boolean factorize(Tensor gram, double damping, Tensor factor) {
    requireSquare("gram", gram);
    if (!(damping >= 0 && damping <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "damping is " + damping + ", must be finite and not negative");
    }
    operands.require("factor", factor, gram.type(), gram.shape());
    return unchecked.factorize(gram, damping, factor);
  }

  @Override
  public void solve(Tensor factor, Tensor values) {
    int size = requireSquare("factor", factor);
    requireValues("values", values, size);
    unchecked.solve(factor, values);
  }

  @Override
  public void project(
      Tensor coefficients, List<Tensor> rows, double factor, Tensor vectors, Tensor projections) {
    requireColumns(coefficients, rows, factor, "vectors", vectors, "projections", projections);
    unchecked.project(coefficients, rows, factor, vectors, projections);
  }

  @Override
  public void combine(
      Tensor weights, Tensor coefficients, List<Tensor> rows, double factor, Tensor combination) {
    requireColumns(coefficients, rows, factor, "combination", combination, "weights", weights);
    unchecked.combine(weights, coefficients, rows, factor, combination);
  }

  @Override
  public void projectEach(List<Tensor> columns, double factor, Tensor outputs, Tensor projections) {
    requireExamples(columns, factor, "outputs", outputs, "projections", projections);
    unchecked.projectEach(columns, factor, outputs, projections);
  }

  @Override
  public void combineEach(
      Tensor weights, List<Tensor> columns, double factor, Tensor combinations) {
    requireExamples(columns, factor, "combinations", combinations, "weights", weights);
    unchecked.combineEach(weights, columns, factor, combinations);
  }

  /** N of an N x N matrix. */
  private int requireSquare(String name, Tensor matrix) {
    operands.requireHere(name, matrix);
    List<ElementType> types = unchecked.gramTypes();
    if (!types.contains(matrix.type())) {
      throw new IllegalArgumentException(name + " is " + matrix + ", expected one of " + types);
    }
    int size = Shapes.rows(name, matrix);
    Shapes.require(name, matrix, Shape.of(size, size));
    return size;
  }

  /** The shape that all probes' tensors have. */
  private Shape requireProbes(String name, List<Tensor> probes) {
    if (probes.isEmpty()) {
      throw new IllegalArgumentException(
          "there are no " + name + ", expected one probe's at least");
    }
    Shape shape = probes.get(0).shape();
    for (int a = 0; a < probes.size(); a++) {
      Tensor probe = probes.get(a);
      operands.requireReal(name + " " + a, probe);
      Shapes.rows(name + " " + a, probe);
      Shapes.require(name + " " + a, probe, shape);
    }
    return shape;
  }

  private static void requireTotal(
      String name, Tensor tensor, int size, String probesName, List<Tensor> probes) {
    Shape each = probes.get(0).shape();
    if (size != (long) probes.size() * each.dimension(0)) {
      throw new IllegalArgumentException(
          "%s has shape %s, expected %d x %d rows as there are in %s of shape %s"
              .formatted(name, tensor.shape(), probes.size(), each.dimension(0), probesName, each));
    }
  }

  private void requireValues(String name, Tensor values, int size) {
    operands.requireReal(name, values);
    Shapes.requireRows(name, values, size);
  }

  private void requireColumns(
      Tensor coefficients,
      List<Tensor> rows,
      double factor,
      String vectorsName,
      Tensor vectors,
      String scalarsName,
      Tensor scalars) {
    requireFinite("factor", factor);
    Shape each = requireProbes("rows", rows);
    operands.requireReal("coefficients", coefficients);
    Shapes.requireRank("coefficients", coefficients, 2);
    Shapes.requireRows("coefficients", coefficients, each.dimension(0));
    operands.requireReal(vectorsName, vectors);
    Shapes.require(vectorsName, vectors, Shapes.withRows(each, coefficients.shape().dimension(1)));
    requireScalars(scalarsName, scalars, "rows", rows);
  }

  private void requireExamples(
      List<Tensor> columns,
      double factor,
      String examplesName,
      Tensor examples,
      String scalarsName,
      Tensor scalars) {
    requireFinite("factor", factor);
    Shape each = requireProbes("columns", columns);
    operands.requireReal(examplesName, examples, each);
    requireScalars(scalarsName, scalars, "columns", columns);
  }

  private void requireScalars(String name, Tensor scalars, String probesName, List<Tensor> probes) {
    operands.requireReal(name, scalars);
    Shapes.requireRank(name, scalars, 1);
    requireTotal(name, scalars, scalars.shape().dimension(0), probesName, probes);
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be finite");
    }
  }
}
