package io.loxodrome.manifold;

import java.util.Arrays;

/**
 * A Gram matrix on the basis points that are free to move; it and its inverse are 0 on the frozen
 * ones. Solving with it is not a block of the whole inverse: for the tethered rod it gives 3 on
 * P_2, where the line's inverse has 4.
 */
public final class RestrictedGram implements Gram {
  private final int size;
  private final int[] freePoints;
  private final Gram free;

  /** Takes n, the free points in ascending order, and the Gram matrix on those. */
  RestrictedGram(int size, int[] freePoints, Gram free) {
    this.size = size;
    this.freePoints = freePoints.clone();
    this.free = free;
  }

  /** Returns the indices of the free basis points, ascending. */
  public int[] freePoints() {
    return freePoints.clone();
  }

  /** Returns the Gram matrix on the free basis points alone. */
  public Gram free() {
    return free;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public double[][] matrix() {
    return scatter(free.matrix());
  }

  @Override
  public double[][] inverse() {
    return scatter(free.inverse());
  }

  @Override
  public double[][] whitening() {
    return scatter(free.whitening());
  }

  private double[][] scatter(double[][] block) {
    double[][] whole = new double[size][size];
    for (int i = 0; i < freePoints.length; i++) {
      for (int j = 0; j < freePoints.length; j++) {
        whole[freePoints[i]][freePoints[j]] = block[i][j];
      }
    }
    return whole;
  }

  @Override
  public void solve(double[] x) {
    Check.length(this, "x", x.length);
    double[] part = new double[freePoints.length];
    for (int i = 0; i < part.length; i++) {
      part[i] = x[freePoints[i]];
    }
    free.solve(part);
    Arrays.fill(x, 0);
    for (int i = 0; i < part.length; i++) {
      x[freePoints[i]] = part[i];
    }
  }

  @Override
  public double conditionNumber() {
    return free.conditionNumber();
  }

  @Override
  public boolean frozen(int basisPoint) {
    return Arrays.binarySearch(freePoints, basisPoint) < 0;
  }
}
