package io.loxodrome.ops.cpu;

/**
 * One example, channels of equally many positions, in chunks that stay in the first-level cache.
 *
 * @param channels C
 * @param positions P
 */
record ExampleChunks(int channels, int positions) {
  /** Elements of every chunk but the last: few, because sums are kept for each of them. */
  static final int SIZE = 2048;

  /** Works on a chunk: {@code count} elements from element {@code first} of the batch on. */
  interface Chunk {
    void run(long first, int count, Channels channels);
  }

  /** Works on what a chunk has of one channel, elements {@code from} to {@code to} of the chunk. */
  interface Segment {
    void run(int channel, int from, int to);
  }

  /**
   * Which channels a chunk's elements belong to.
   *
   * @param first element of the example
   * @param count of elements
   * @param positions P
   */
  record Channels(int first, int count, int positions) {
    void each(Segment segment) {
      for (int from = 0; from < count; ) {
        int channel = (first + from) / positions;
        int to = Math.min(count, (channel + 1) * positions - first);
        segment.run(channel, from, to);
        from = to;
      }
    }
  }

  /** Runs through one example of the batch in order. */
  void each(int example, Chunk chunk) {
    int elements = channels * positions;
    for (int first = 0; first < elements; first += SIZE) {
      int count = Math.min(SIZE, elements - first);
      chunk.run((long) example * elements + first, count, new Channels(first, count, positions));
    }
  }
}
