package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear combinations of whole numbers, so that sums do not depend on their order. */
class TermsTest {
  private static final int LENGTH = 23;

  private record Range(int from, int to) {
    boolean has(int index) {
      return from <= index && index < to;
    }
  }

  private static final List<Range> RANGES =
      List.of(
          new Range(0, LENGTH),
          new Range(0, 1),
          new Range(5, 5),
          new Range(3, 20),
          new Range(LENGTH - 1, LENGTH));

  private static float factor(int term) {
    return term - 3;
  }

  private static float[] array(int term) {
    float[] array = new float[LENGTH];
    for (int j = 0; j < LENGTH; j++) {
      array[j] = (7 * term + j) % 11 - 5;
    }
    return array;
  }

  private static float[] start() {
    float[] y = new float[LENGTH];
    for (int j = 0; j < LENGTH; j++) {
      y[j] = 100 + j;
    }
    return y;
  }

  private static float sum(int count, int index) {
    float sum = 0;
    for (int t = 0; t < count; t++) {
      sum += factor(t) * array(t)[index];
    }
    return sum;
  }

  private static Terms terms(int count) {
    return add(new Terms(count), count);
  }

  private static Terms add(Terms terms, int count) {
    for (int t = 0; t < count; t++) {
      terms.add(factor(t), array(t));
    }
    return terms;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void writesTheSumWithinItsRangeAndNothingOutside(int count) {
    for (Range range : RANGES) {
      float[] y = start();
      terms(count).writeTo(y, range.from(), range.to());
      for (int j = 0; j < LENGTH; j++) {
        float expected = range.has(j) ? sum(count, j) : 100 + j;
        assertThat(y[j]).as("%d terms, %s, element %d", count, range, j).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void addsTheSumWithinItsRangeAndNothingOutside(int count) {
    for (Range range : RANGES) {
      float[] y = start();
      terms(count).addTo(y, range.from(), range.to());
      for (int j = 0; j < LENGTH; j++) {
        float expected = 100 + j + (range.has(j) ? sum(count, j) : 0);
        assertThat(y[j]).as("%d terms, %s, element %d", count, range, j).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 6})
  void clearedTermsTakeNoPart(int count) {
    Terms terms = terms(9);
    add(terms.clear(), count);
    float[] y = start();
    terms.writeTo(y, 0, LENGTH);
    for (int j = 0; j < LENGTH; j++) {
      assertThat(y[j]).as("%d terms, element %d", count, j).isEqualTo(sum(count, j));
    }
  }

  /** Behind the range there may be anything: arrays are borrowed with undefined contents. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5})
  void whatIsNotFiniteOutsideTheRangeDoesNoHarm(int count) {
    Terms terms = new Terms(count);
    for (int t = 0; t < count; t++) {
      float[] array = array(t);
      array[2] = Float.NaN;
      array[20] = Float.POSITIVE_INFINITY;
      terms.add(factor(t), array);
    }
    float[] y = start();
    terms.addTo(y, 3, 20);
    for (int j = 0; j < LENGTH; j++) {
      assertThat(y[j]).as("element %d", j).isFinite();
    }
  }
}
