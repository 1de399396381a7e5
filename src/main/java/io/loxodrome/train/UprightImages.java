package io.loxodrome.train;

import io.loxodrome.tensor.Philox;
import java.util.List;

/**
 * Images as they are, with an s that says nothing of them: drawn anew for each image in each epoch.
 * Judged at an s drawn for each image, and at some that are the same for all.
 */
record UprightImages() implements ImageTask {
  static final String SPEC = "unconditioned";

  /**
   * Values s at which all test images are shown, at the middles of as many equal parts of [0, 1].
   */
  static final int FIXED = 8;

  /** Keeps these values apart from all else drawn from the same seed: "free" in ASCII. */
  private static final long VALUES = 0x66726565;

  /** Likewise in evaluation: "test" in ASCII. */
  private static final long EVALUATION = 0x74657374;

  @Override
  public String spec() {
    return SPEC;
  }

  @Override
  public Showing training(long seed, int epoch, int[] indices) {
    Philox random = new Philox(seed).derived(VALUES);
    double[] values = new double[indices.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.uniform(epoch, indices[i]);
    }
    return Showing.upright(indices, values);
  }

  @Override
  public Exhibition exhibition(long seed, int images) {
    return new Places(new Philox(seed).derived(EVALUATION), images);
  }

  /** An s of the image's own is what training shows; that it is the same for all is not. */
  @Override
  public boolean trains(List<Double> place) {
    return place.get(0).isNaN();
  }

  @Override
  public boolean showsAlike() {
    return true;
  }

  /** Level 0 is an s of the image's own, the others are the fixed ones. */
  private record Places(Philox random, int images) implements Exhibition {
    @Override
    public int levels() {
      return 1 + FIXED;
    }

    @Override
    public List<Double> place(int level) {
      return List.of(level == 0 ? Double.NaN : fixed(level));
    }

    private static double fixed(int level) {
      return (level - 0.5) / FIXED;
    }

    @Override
    public int size() {
      return Math.multiplyExact(images, levels());
    }

    @Override
    public int level(int number) {
      return number % levels();
    }

    @Override
    public Showing showing(int first, int count) {
      int[] indices = new int[count];
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        int level = level(first + i);
        indices[i] = (first + i) / levels();
        values[i] = level == 0 ? random.uniform(0, indices[i]) : fixed(level);
      }
      return Showing.upright(indices, values);
    }
  }
}
