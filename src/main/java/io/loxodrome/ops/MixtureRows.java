package io.loxodrome.ops;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which examples of a batch have the same coefficients, and which need the same basis points; found
 * out when first asked, for one thread.
 */
public final class MixtureRows {
  private final int[] bits;
  private final int batch;
  private final int basisSize;
  private @Nullable List<Group> byRow;
  private @Nullable List<Group> bySupport;

  private MixtureRows(int[] bits, int batch, int basisSize) {
    this.bits = bits;
    this.batch = batch;
    this.basisSize = basisSize;
  }

  /**
   * The rows of a batch.
   *
   * @param coefficients a, B x n, row-major; not kept
   * @throws IllegalArgumentException if there are not B n of them
   */
  public static MixtureRows of(float[] coefficients, int batch, int basisSize) {
    if (coefficients.length != (long) batch * basisSize) {
      throw new IllegalArgumentException(
          "%d coefficients for %d examples and %d basis points, expected their product"
              .formatted(coefficients.length, batch, basisSize));
    }
    int[] bits = new int[coefficients.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(coefficients[i]);
    }
    return new MixtureRows(bits, batch, basisSize);
  }

  /** The rows of a layer's parameters, read from their device. */
  public static MixtureRows of(Mixture parameters) {
    return of(parameters.coefficients().toFloats(), parameters.batch(), parameters.basisSize());
  }

  /** B. */
  public int batch() {
    return batch;
  }

  /** n. */
  public int basisSize() {
    return basisSize;
  }

  /** a_ik. */
  public float coefficient(int example, int basisPoint) {
    return Float.intBitsToFloat(bits[example * basisSize + basisPoint]);
  }

  /** The most non-zero coefficients of any example. */
  public int support() {
    return bySupport().stream().mapToInt(group -> group.basisPoints().size()).max().orElse(0);
  }

  /** The examples by equal rows of coefficients, in the order of their first examples. */
  public List<Group> byRow() {
    if (byRow == null) {
      byRow = groups(this::row);
    }
    return byRow;
  }

  /** The examples by the set of their non-zero coefficients, in the order of first examples. */
  public List<Group> bySupport() {
    if (bySupport == null) {
      bySupport = groups(this::supportOf);
    }
    return bySupport;
  }

  /** Bits, so that a NaN equals itself and 0 does not equal -0. */
  private IntBuffer row(int example) {
    return IntBuffer.wrap(bits, example * basisSize, basisSize);
  }

  private BitSet supportOf(int example) {
    BitSet support = new BitSet(basisSize);
    for (int k = 0; k < basisSize; k++) {
      support.set(k, coefficient(example, k) != 0);
    }
    return support;
  }

  private List<Group> groups(IntFunction<Object> key) {
    Map<Object, List<Integer>> examples = new LinkedHashMap<>();
    for (int i = 0; i < batch; i++) {
      examples.computeIfAbsent(key.apply(i), unused -> new ArrayList<>()).add(i);
    }
    return examples.values().stream().map(this::group).toList();
  }

  private Group group(List<Integer> examples) {
    BitSet support = supportOf(examples.get(0));
    return new Group(List.copyOf(examples), support.stream().boxed().toList());
  }

  /**
   * Examples that are treated alike.
   *
   * @param examples their numbers, ascending
   * @param basisPoints those whose coefficients are not 0 for the first of them, ascending
   */
  public record Group(List<Integer> examples, List<Integer> basisPoints) {}
}
