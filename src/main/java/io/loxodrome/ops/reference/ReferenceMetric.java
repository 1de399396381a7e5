package io.loxodrome.ops.reference;

import io.loxodrome.manifold.Gram;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The layerwise metric as it is written down, column by column. */
final class ReferenceMetric implements MetricOperators {
  private final ElementType realType;

  ReferenceMetric(ElementType realType) {
    this.realType = realType;
  }

  @Override
  public List<ElementType> gramTypes() {
    return Stream.of(realType, ElementType.FLOAT64).distinct().toList();
  }

  /** A number for each pair of columns. */
  private interface Entry {
    double at(int row, int column, double before);
  }

  /** Replaces what stands in the lower triangle. */
  private static void replace(Tensor matrix, Entry entry) {
    Table s = Table.copyOf(matrix);
    for (int row = 0; row < s.rows(); row++) {
      for (int column = 0; column <= row; column++) {
        s.set(row, column, entry.at(row, column, s.at(row, column)));
      }
    }
    s.storeIn(matrix);
  }

  @Override
  public void clear(Tensor gram) {
    replace(gram, (row, column, before) -> 0);
  }

  @Override
  public void addGram(List<Tensor> rows, double factor, Tensor gram) {
    Table[] r = tables(rows);
    int batch = r[0].rows();
    replace(
        gram,
        (row, column, before) ->
            before + factor * dot(r[row / batch], row % batch, r[column / batch], column % batch));
  }

  private static Table[] tables(List<Tensor> probes) {
    return probes.stream().map(Table::copyOf).toArray(Table[]::new);
  }

  private static double dot(Table one, int row, Table other, int otherRow) {
    double sum = 0;
    for (int c = 0; c < one.columns(); c++) {
      sum += one.at(row, c) * other.at(otherRow, c);
    }
    return sum;
  }

  @Override
  public void addProducts(
      Tensor inputs, double constant, List<Tensor> columns, double factor, Tensor gram) {
    int batch = inputs.shape().dimension(0);
    int positions = inputs.shape().dimension(1);
    Table x = byPosition(inputs);
    Table[] u = columns.stream().map(ReferenceMetric::byPosition).toArray(Table[]::new);
    replace(
        gram,
        (row, column, before) -> {
          int i = row % batch;
          int j = column % batch;
          double sum = 0;
          for (int l = 0; l < positions; l++) {
            for (int m = 0; m < positions; m++) {
              int il = i * positions + l;
              int jm = j * positions + m;
              sum +=
                  (dot(x, il, x, jm) + constant * constant)
                      * dot(u[row / batch], il, u[column / batch], jm);
            }
          }
          return before + factor * sum;
        });
  }

  /** A row for each position of each example. */
  private static Table byPosition(Tensor tensor) {
    return Table.copyOf(tensor, tensor.shape().dimension(0) * tensor.shape().dimension(1));
  }

  @Override
  public void addOuter(Tensor coefficients, List<Tensor> rows, Tensor matrix) {
    Table a = Table.copyOf(coefficients);
    Table[] r = tables(rows);
    double[][] columns = new double[r[0].rows()][];
    for (int row = 0; row < columns.length; row++) {
      columns[row] = column(a.row(row % a.rows()), r, row);
    }
    replace(
        matrix,
        (one, other, before) -> {
          double sum = before;
          for (double[] column : columns) {
            sum += column[one] * column[other];
          }
          return sum;
        });
  }

  /** a (x) r for every parameter's r, one after the other. */
  private static double[] column(double[] a, Table[] parameters, int row) {
    return Arrays.stream(parameters)
        .flatMapToDouble(
            r -> Arrays.stream(a).flatMap(ak -> Arrays.stream(r.row(row)).map(rc -> ak * rc)))
        .toArray();
  }

  @Override
  public void mix(Tensor coefficients, Gram metric, Tensor gram) {
    Table a = Table.copyOf(coefficients);
    double[][] row = new double[a.rows()][];
    for (int i = 0; i < a.rows(); i++) {
      row[i] = a.row(i);
    }
    replace(
        gram,
        (one, other, before) -> before * metric.kernel(row[one % a.rows()], row[other % a.rows()]));
  }

  @Override
  public void multiply(Tensor gram, Tensor values, Tensor products) {
    Table s = Table.copyOf(gram);
    Table x = Table.copyOf(values);
    Table y = Table.zerosLike(products);
    for (int row = 0; row < s.rows(); row++) {
      for (int column = 0; column < s.rows(); column++) {
        double entry = s.at(Math.max(row, column), Math.min(row, column));
        for (int c = 0; c < x.columns(); c++) {
          y.add(row, c, entry * x.at(column, c));
        }
      }
    }
    y.storeIn(products);
  }

  @Override
  public boolean factorize(Tensor gram, double damping, Tensor factor) {
    Table l = Table.copyOf(gram);
    for (int row = 0; row < l.rows(); row++) {
      for (int column = 0; column < row; column++) {
        l.set(row, column, remainder(l, row, column) / l.at(column, column));
      }
      double pivot = remainder(l, row, row) + damping;
      if (!(pivot > 0 && pivot <= Double.MAX_VALUE)) {
        return false;
      }
      l.set(row, row, Math.sqrt(pivot));
    }
    l.storeIn(factor);
    return true;
  }

  /** S_rc - sum over k below c of L_rk L_ck. */
  private static double remainder(Table l, int row, int column) {
    double remainder = l.at(row, column);
    for (int k = 0; k < column; k++) {
      remainder -= l.at(row, k) * l.at(column, k);
    }
    return remainder;
  }

  @Override
  public void solve(Tensor factor, Tensor values) {
    Table l = Table.copyOf(factor);
    Table x = Table.copyOf(values);
    for (int c = 0; c < x.columns(); c++) {
      for (int row = 0; row < l.rows(); row++) {
        for (int k = 0; k < row; k++) {
          x.add(row, c, -l.at(row, k) * x.at(k, c));
        }
        x.set(row, c, x.at(row, c) / l.at(row, row));
      }
      for (int row = l.rows() - 1; row >= 0; row--) {
        for (int k = row + 1; k < l.rows(); k++) {
          x.add(row, c, -l.at(k, row) * x.at(k, c));
        }
        x.set(row, c, x.at(row, c) / l.at(row, row));
      }
    }
    x.storeIn(values);
  }

  @Override
  public void project(
      Tensor coefficients, List<Tensor> rows, double factor, Tensor vectors, Tensor projections) {
    Table a = Table.copyOf(coefficients);
    Table v = Table.copyOf(vectors);
    Table[] r = tables(rows);
    double[] t = new double[(int) projections.size()];
    for (int column = 0; column < t.length; column++) {
      int i = column % a.rows();
      for (int k = 0; k < a.columns(); k++) {
        t[column] += factor * a.at(i, k) * dot(r[column / a.rows()], i, v, k);
      }
    }
    projections.write(t);
  }

  @Override
  public void combine(
      Tensor weights, Tensor coefficients, List<Tensor> rows, double factor, Tensor combination) {
    double[] w = weights.toDoubles();
    Table a = Table.copyOf(coefficients);
    Table[] r = tables(rows);
    Table v = Table.zerosLike(combination);
    for (int column = 0; column < w.length; column++) {
      int i = column % a.rows();
      for (int k = 0; k < a.columns(); k++) {
        for (int c = 0; c < v.columns(); c++) {
          v.add(k, c, factor * w[column] * a.at(i, k) * r[column / a.rows()].at(i, c));
        }
      }
    }
    v.storeIn(combination);
  }

  @Override
  public void projectEach(List<Tensor> columns, double factor, Tensor outputs, Tensor projections) {
    Table[] u = tables(columns);
    Table y = Table.copyOf(outputs);
    double[] t = new double[(int) projections.size()];
    for (int column = 0; column < t.length; column++) {
      int i = column % y.rows();
      t[column] = factor * dot(u[column / y.rows()], i, y, i);
    }
    projections.write(t);
  }

  @Override
  public void combineEach(
      Tensor weights, List<Tensor> columns, double factor, Tensor combinations) {
    double[] w = weights.toDoubles();
    Table[] u = tables(columns);
    Table e = Table.zerosLike(combinations);
    for (int column = 0; column < w.length; column++) {
      int i = column % e.rows();
      for (int c = 0; c < e.columns(); c++) {
        e.add(i, c, factor * w[column] * u[column / e.rows()].at(i, c));
      }
    }
    e.storeIn(combinations);
  }
}
