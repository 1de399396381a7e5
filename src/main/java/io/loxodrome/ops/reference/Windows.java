package io.loxodrome.ops.reference;

/** Square pooling windows that do not overlap: window (r, c) starts at (r side, c side). */
final class Windows {
  private Windows() {}

  /** A row and a column of an image. */
  record Place(int row, int column) {}

  /** The largest number of window (r, c) of channel o of image i; NaN if one is in it. */
  static double maximum(Images x, int side, int i, int o, int r, int c) {
    double maximum = Double.NEGATIVE_INFINITY;
    for (int u = 0; u < side; u++) {
      for (int v = 0; v < side; v++) {
        maximum = Math.max(maximum, x.at(i, o, r * side + u, c * side + v));
      }
    }
    return maximum;
  }

  /** Where the largest number of the window stands, the first in row order if tied. */
  static Place firstMaximum(Images x, int side, int i, int o, int r, int c) {
    Place best = new Place(r * side, c * side);
    for (int u = 0; u < side; u++) {
      for (int v = 0; v < side; v++) {
        Place place = new Place(r * side + u, c * side + v);
        if (x.at(i, o, place.row(), place.column()) > x.at(i, o, best.row(), best.column())) {
          best = place;
        }
      }
    }
    return best;
  }

  /** The mean of the window. */
  static double mean(Images x, int side, int i, int o, int r, int c) {
    double sum = 0;
    for (int u = 0; u < side; u++) {
      for (int v = 0; v < side; v++) {
        sum += x.at(i, o, r * side + u, c * side + v);
      }
    }
    return sum / (side * side);
  }
}
