package io.loxodrome.data;

import io.loxodrome.tensor.Philox;
import java.util.Arrays;

/**
 * The order in which training goes through a set, another in every epoch and a function of the seed
 * and the epoch alone, so that a resumed run sees what an unbroken one does.
 *
 * <p>Each epoch is one random permutation cut into batches. What is left over at the end is
 * dropped: every step then averages over as many examples, and in another epoch others are left
 * over.
 *
 * @param examples number of examples in the set
 * @param batch B, examples per batch, 1 to examples
 * @param seed of the permutations
 */
public record BatchOrder(int examples, int batch, long seed) {
  private static final long LABEL = 0x4F52444552L;

  /**
   * Checks that there is at least one batch.
   *
   * @throws IllegalArgumentException if batch is below 1 or above examples
   */
  public BatchOrder {
    if (batch < 1) {
      throw new IllegalArgumentException("batch is " + batch + ", expected 1 or more");
    }
    if (batch > examples) {
      throw new IllegalArgumentException(
          "batch of %d is larger than the data, which has %d examples; take a smaller batch"
              .formatted(batch, examples));
    }
  }

  /** Number of batches in an epoch: floor(examples / batch). */
  public int batches() {
    return examples / batch;
  }

  /**
   * The examples of every batch of an epoch in the order they are trained on, shape batches x
   * batch.
   */
  public int[][] epoch(long epoch) {
    int[] order = new Philox(seed).derived(LABEL).permutation(epoch, examples);
    int[][] batches = new int[batches()][];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = Arrays.copyOfRange(order, i * batch, (i + 1) * batch);
    }
    return batches;
  }
}
