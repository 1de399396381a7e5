package io.loxodrome.tensor;

/**
 * Random numbers without state: every number is a pure function of a seed, a stream and an index.
 *
 * <p>This is Philox4x32-10 of Salmon, Moraes, Dror and Shaw (<i>Parallel Random Numbers: As Easy as
 * 1, 2, 3</i>, 2011). The 64-bit seed is the key and (stream, index) the 128-bit counter; ten
 * rounds turn the counter into four 32-bit words, called a block. Nothing is remembered between
 * calls, so numbers do not depend on the order they are asked for, on the batch size or on the
 * number of threads, and any device that follows the same formulas gets the same words. What is
 * made of them in Java has the same bits on every machine, logarithms and cosines included.
 *
 * <p>One round, on words c0..c3 and key words k0, k1, all unsigned 32-bit:
 *
 * <pre>
 *   c0' = high(0xCD9E8D57 c2) ^ c1 ^ k0      c1' = low(0xCD9E8D57 c2)
 *   c2' = high(0xD2511F53 c0) ^ c3 ^ k1      c3' = low(0xD2511F53 c0)
 *   k0' = k0 + 0x9E3779B9                    k1' = k1 + 0xBB67AE85
 * </pre>
 *
 * <p>c0 and c1 start as the low and high word of the index, c2 and c3 as those of the stream, k0
 * and k1 as those of the seed. Two purposes that could meet at one (stream, index) must not share a
 * generator: give each its own with {@link #derived}.
 *
 * @param seed the key; any value is as good as any other
 */
public record Philox(long seed) {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int KEY_STEP_0 = 0x9E3779B9;
  private static final int KEY_STEP_1 = 0xBB67AE85;
  private static final long LOW_WORD = 0xFFFFFFFFL;

  /**
   * Writes the four 32-bit words of block (stream, index) to {@code words[0..3]}; every other
   * method is defined on them.
   */
  public void block(long stream, long index, int[] words) {
    int word0 = (int) index;
    int word1 = (int) (index >>> 32);
    int word2 = (int) stream;
    int word3 = (int) (stream >>> 32);
    int key0 = (int) seed;
    int key1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (word0 & LOW_WORD);
      long product1 = MULTIPLIER_1 * (word2 & LOW_WORD);
      word0 = (int) (product1 >>> 32) ^ word1 ^ key0;
      word1 = (int) product1;
      word2 = (int) (product0 >>> 32) ^ word3 ^ key1;
      word3 = (int) product0;
      key0 += KEY_STEP_0;
      key1 += KEY_STEP_1;
    }
    words[0] = word0;
    words[1] = word1;
    words[2] = word2;
    words[3] = word3;
  }

  /**
   * The generator for one purpose: its seed is the first 64 bits of block (label, -1) of this one.
   */
  public Philox derived(long label) {
    return new Philox(bits(label, -1));
  }

  /** Uniform in [0, 1), a multiple of 2^-53: the upper 53 of the 64 bits (word 1, word 0). */
  public double uniform(long stream, long index) {
    return (bits(stream, index) >>> 11) * 0x1p-53;
  }

  /** Uniform in [0, 1), a multiple of 2^-24: the upper 24 bits of word 0. */
  public float uniformFloat(long stream, long index) {
    int[] words = new int[4];
    block(stream, index, words);
    return (words[0] >>> 8) * 0x1p-24f;
  }

  /**
   * Uniform among 0, ..., bound - 1: the upper half of the 96-bit product of bound and the 64 bits
   * (word 1, word 0), that is floor(bound bits / 2^64). No value's probability is off by more than
   * 2^-64.
   *
   * @throws IllegalArgumentException if bound is below 1
   */
  public int below(long stream, long index, int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound is " + bound + ", expected 1 or more");
    }
    long bits = bits(stream, index);
    long carry = ((bits & LOW_WORD) * bound) >>> 32;
    return (int) (((bits >>> 32) * bound + carry) >>> 32);
  }

  /**
   * Standard normal by Box and Muller: sqrt(-2 ln u) cos(2 pi v), with u the 53-bit uniform of
   * (word 1, word 0) moved to (0, 1] and v that of (word 3, word 2) in [0, 1). At most 8.6 in size.
   */
  public double normal(long stream, long index) {
    int[] words = new int[4];
    block(stream, index, words);
    double u = ((pair(words[1], words[0]) >>> 11) + 1) * 0x1p-53;
    double v = (pair(words[3], words[2]) >>> 11) * 0x1p-53;
    return Math.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
  }

  /**
   * Writes four standard normals, all that one block holds, to {@code values[at..at+3]}.
   *
   * <p>Box and Muller on each pair (word 0, word 1) and (word 2, word 3), cosine first: with u =
   * (first + 1/2) / 2^32 and v = second / 2^32 the pair becomes sqrt(-2 ln u) cos(2 pi v) and
   * sqrt(-2 ln u) sin(2 pi v), computed in double and rounded once. At most 6.8 in size.
   */
  public void normals(long stream, long index, float[] values, int at) {
    int[] words = new int[4];
    block(stream, index, words);
    boxMuller(words[0], words[1], values, at);
    boxMuller(words[2], words[3], values, at + 2);
  }

  /**
   * A random order of 0, ..., size - 1 by Fisher and Yates: for i from size - 1 down to 1, entry i
   * changes places with entry {@code below(stream, i, i + 1)}.
   *
   * @throws IllegalArgumentException if size is negative
   */
  public int[] permutation(long stream, int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size is " + size + ", expected 0 or more");
    }
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int other = below(stream, i, i + 1);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    return order;
  }

  /** Words 1 (high) and 0 (low) of a block; the array never leaves, so the compiler drops it. */
  private long bits(long stream, long index) {
    int[] words = new int[4];
    block(stream, index, words);
    return pair(words[1], words[0]);
  }

  private static long pair(int high, int low) {
    return ((long) high << 32) | (low & LOW_WORD);
  }

  private static void boxMuller(int first, int second, float[] values, int at) {
    double radius = Math.sqrt(-2 * StrictMath.log(((first & LOW_WORD) + 0.5) * 0x1p-32));
    double angle = 2 * Math.PI * 0x1p-32 * (second & LOW_WORD);
    values[at] = (float) (radius * StrictMath.cos(angle));
    values[at + 1] = (float) (radius * StrictMath.sin(angle));
  }
}
