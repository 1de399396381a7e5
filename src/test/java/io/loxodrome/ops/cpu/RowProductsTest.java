package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowProductsTest {
  private final Random random = new Random(5);
  private final NativePool pool = new NativePool();

  /** Small integers, of which all sums are exact. */
  private double[] integers(int count) {
    return random.ints(count, -3, 4).asDoubleStream().toArray();
  }

  private Matrix matrix(List<Workspace> spaces, ElementType type, int rows, double[] numbers) {
    int columns = numbers.length / rows;
    Workspace space = new Workspace(pool, (long) numbers.length * type.bytes());
    spaces.add(space);
    Matrix matrix = Matrix.contiguous(type, space.address(), rows, columns);
    double[] row = new double[columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(numbers, i * columns, row, 0, columns);
      matrix.put(i, 0, row, columns);
    }
    return matrix;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, FLOAT32",
    "50, 3, 769, FLOAT32",
    "50, 3, 769, FLOAT64",
    "129, 1, 3000, FLOAT32",
    "130, 12, 5, FLOAT32",
    "130, 12, 5, FLOAT64"
  })
  void allPairsOfColumnsAreAddedOnce(int batch, int probes, int parameters, ElementType type) {
    int size = batch * probes;
    double[][] columns = new double[size][];
    List<Workspace> spaces = new ArrayList<>();
    List<Matrix> r = new ArrayList<>();
    for (int probe = 0; probe < probes; probe++) {
      double[] all = integers(batch * parameters);
      for (int i = 0; i < batch; i++) {
        columns[probe * batch + i] = Arrays.copyOfRange(all, i * parameters, (i + 1) * parameters);
      }
      r.add(matrix(spaces, ElementType.FLOAT32, batch, all));
    }
    double[] before = integers(size * size);
    Matrix s = matrix(spaces, type, size, before);
    try (Workers workers = new Workers(3, pool)) {
      new RowProducts(pool, workers, r, 0.5, s).add();
    }
    double[] row = new double[size];
    for (int i = 0; i < size; i++) {
      double[] expected = Arrays.copyOfRange(before, i * size, (i + 1) * size);
      for (int j = 0; j <= i; j++) {
        expected[j] += 0.5 * dot(columns[i], columns[j]);
      }
      s.get(i, 0, row, size);
      assertThat(row).as("row %s", i).isEqualTo(expected);
    }
    spaces.forEach(Workspace::close);
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int c = 0; c < one.length; c++) {
      sum += one[c] * other[c];
    }
    return sum;
  }
}
