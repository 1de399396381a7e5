package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Description.Epilogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch laid out anew: its examples' rows repeated, scaled and reordered, and added up again.
 *
 * <p>Row r of the expansion stands for example i_r with factor f_r. Rows may come in parts, such as
 * one for each basis point, each of which is then a matrix of its own. Parts are padded with rows
 * of zeros to a multiple of {@value #MULTIPLE} rows, and to at least one: sizes then repeat from
 * batch to batch, so that the kernels compiled for them do.
 */
final class Expansion implements RowParts {
  private static final int MULTIPLE = 4;
  private static final int NONE = -1;

  private final int[] examples;
  private final float[] factors;
  private final int[] starts;
  private final List<List<Integer>> rowsOfExample;

  private Expansion(Rows rows, int batch) {
    examples = rows.examples.stream().mapToInt(i -> i).toArray();
    factors = new float[examples.length];
    rowsOfExample = new ArrayList<>(batch);
    for (int i = 0; i < batch; i++) {
      rowsOfExample.add(new ArrayList<>());
    }
    for (int r = 0; r < examples.length; r++) {
      factors[r] = rows.factors.get(r);
      if (examples[r] != NONE) {
        rowsOfExample.get(examples[r]).add(r);
      }
    }
    starts = rows.starts.stream().mapToInt(i -> i).toArray();
  }

  /** Rows as they are listed. */
  private static final class Rows {
    final List<Integer> examples = new ArrayList<>();
    final List<Float> factors = new ArrayList<>();
    final List<Integer> starts = new ArrayList<>(List.of(0));

    void add(int example, float factor) {
      examples.add(example);
      factors.add(factor);
    }

    void endPart() {
      int start = starts.get(starts.size() - 1);
      while (examples.size() == start || examples.size() % MULTIPLE != 0) {
        add(NONE, 0);
      }
      starts.add(examples.size());
    }
  }

  /** Row i n + k stands for example i with factor a_ik; no parts, no padding. */
  static Expansion everyBasisPoint(MixtureRows mixture) {
    Rows rows = new Rows();
    for (int i = 0; i < mixture.batch(); i++) {
      for (int k = 0; k < mixture.basisSize(); k++) {
        rows.add(i, mixture.coefficient(i, k));
      }
    }
    return new Expansion(rows, mixture.batch());
  }

  /** Row i stands for example i with factor a_ik of one basis point k; no parts, no padding. */
  static Expansion ofBasisPoint(MixtureRows mixture, int basisPoint) {
    Rows rows = new Rows();
    for (int i = 0; i < mixture.batch(); i++) {
      rows.add(i, mixture.coefficient(i, basisPoint));
    }
    return new Expansion(rows, mixture.batch());
  }

  /** For each basis point a part: the examples whose coefficient a_ik is not 0, with it. */
  static Expansion byBasisPoint(MixtureRows mixture) {
    Rows rows = new Rows();
    for (int k = 0; k < mixture.basisSize(); k++) {
      for (int i = 0; i < mixture.batch(); i++) {
        float coefficient = mixture.coefficient(i, k);
        if (coefficient != 0) {
          rows.add(i, coefficient);
        }
      }
      rows.endPart();
    }
    return new Expansion(rows, mixture.batch());
  }

  /** For each group a part: its examples, with factor 1. */
  static Expansion byGroup(List<MixtureRows.Group> groups, int batch) {
    Rows rows = new Rows();
    for (MixtureRows.Group group : groups) {
      group.examples().forEach(i -> rows.add(i, 1));
      rows.endPart();
    }
    return new Expansion(rows, batch);
  }

  /** Rows in all, padding included. */
  int rows() {
    return examples.length;
  }

  /** A place for its rows, each of {@code width} floats. */
  Workspace matrix(NativePool pool, int width) {
    return new Workspace(pool, (long) rows() * width * Float.BYTES);
  }

  @Override
  public int parts() {
    return starts.length - 1;
  }

  @Override
  public int start(int part) {
    return starts[part];
  }

  /** Rows of a part, padding included. */
  @Override
  public int rows(int part) {
    return starts[part + 1] - starts[part];
  }

  /** target_r = source_(i_r), rows of {@code width} floats. */
  void repeat(Workers workers, NativeBlock source, int width, NativeBlock target) {
    float[] ones = new float[factors.length];
    Arrays.fill(ones, 1);
    gather(workers, ones, source, width, target);
  }

  /** target_r = f_r source_(i_r), rows of {@code width} floats. */
  void scale(Workers workers, NativeBlock source, int width, NativeBlock target) {
    gather(workers, factors, source, width, target);
  }

  private void gather(
      Workers workers, float[] scales, NativeBlock source, int width, NativeBlock target) {
    workers.slices(
        examples.length,
        1,
        (worker, from, to) -> {
          float[] row = worker.scratch(0, width);
          for (int r = from; r < to; r++) {
            if (examples[r] == NONE) {
              Arrays.fill(row, 0, width, 0);
            } else {
              source.get((long) examples[r] * width, row, 0, width);
              if (scales[r] != 1) {
                multiply(row, scales[r], width);
              }
            }
            target.put((long) r * width, row, 0, width);
          }
        });
  }

  private static void multiply(float[] row, float factor, int width) {
    for (int j = 0; j < width; j++) {
      row[j] *= factor;
    }
  }

  /** target_i (+)= sum over the rows r of example i of f_r source_r, rows of {@code width}. */
  void contract(
      Workers workers, NativeBlock source, int width, NativeBlock target, Epilogue epilogue) {
    workers.slices(
        rowsOfExample.size(),
        1,
        (worker, from, to) -> {
          float[] sum = worker.scratch(0, width);
          float[] term = worker.scratch(1, width);
          for (int i = from; i < to; i++) {
            if (epilogue == Epilogue.ACCUMULATE) {
              target.get((long) i * width, sum, 0, width);
            } else {
              Arrays.fill(sum, 0, width, 0);
            }
            for (int r : rowsOfExample.get(i)) {
              source.get((long) r * width, term, 0, width);
              addScaled(sum, factors[r], term, width);
            }
            target.put((long) i * width, sum, 0, width);
          }
        });
  }

  private static void addScaled(float[] sum, float factor, float[] term, int width) {
    for (int j = 0; j < width; j++) {
      sum[j] += factor * term[j];
    }
  }
}
