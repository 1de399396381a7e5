package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.manifold.Gram;
import io.loxodrome.manifold.WeightManifold;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnTransformTest {
  private static final int COLUMNS = 37;

  private static Gram gram(String spec) {
    return WeightManifold.parse(spec).gram();
  }

  private static float[][] normals(int n) {
    Random random = new Random(n);
    float[][] rows = new float[n][COLUMNS];
    for (float[] row : rows) {
      for (int j = 0; j < COLUMNS; j++) {
        row[j] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  private static float[][] transformed(ColumnTransform transform, float[][] rows) {
    float[][] result = new float[rows.length][];
    for (int k = 0; k < rows.length; k++) {
      result[k] = rows[k].clone();
    }
    NativePool pool = new NativePool();
    try (Workers workers = new Workers(1, pool)) {
      workers.slices(1, 1, (worker, from, to) -> transform.apply(worker, result, COLUMNS));
    }
    pool.close();
    return result;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "point",
        "rod",
        "ellipse",
        "bezier:3",
        "fourier:3",
        "spline:8",
        "spline:33:periodic",
        "spline:100",
        "product(rod,spline:9)"
      })
  void theInverseSolvesEachColumn(String spec) {
    Gram gram = gram(spec);
    int n = gram.size();
    float[][] rows = normals(n);
    float[][] solved = transformed(ColumnTransform.inverse(gram), rows);
    for (int j = 0; j < COLUMNS; j++) {
      double[] column = new double[n];
      double largest = 0;
      for (int k = 0; k < n; k++) {
        column[k] = rows[k][j];
      }
      gram.solve(column);
      for (double x : column) {
        largest = Math.max(largest, Math.abs(x));
      }
      for (int k = 0; k < n; k++) {
        assertThat((double) solved[k][j])
            .as("%s, row %d, column %d", spec, k, j)
            .isCloseTo(column[k], within(1e-5 * largest));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"spline:8", "spline:16", "spline:100", "spline:33:periodic"})
  void splinesAreSolvedBySubstitution(String spec) {
    assertThat(ColumnTransform.inverse(gram(spec))).isInstanceOf(Substitution.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"point", "ellipse", "bezier:5", "spline:5"})
  void aFullInverseIsMultipliedBy(String spec) {
    assertThat(ColumnTransform.inverse(gram(spec))).isInstanceOf(ColumnTransform.Matrix.class);
  }

  @Test
  void aFrozenBasisPointIsNotRead() {
    Gram gram = gram("product(rod,spline:9)");
    float[][] rows = normals(gram.size());
    for (int k = 0; k < gram.size(); k++) {
      if (gram.frozen(k)) {
        Arrays.fill(rows[k], Float.NaN);
      }
    }
    ColumnTransform inverse = ColumnTransform.inverse(gram);
    assertThat(inverse).isInstanceOf(Substitution.class);
    float[][] solved = transformed(inverse, rows);
    for (int k = 0; k < gram.size(); k++) {
      for (float value : solved[k]) {
        assertThat(Float.isFinite(value)).as("row %d", k).isTrue();
        assertThat(value == 0).as("row %d is frozen", k).isEqualTo(gram.frozen(k));
      }
    }
  }
}
