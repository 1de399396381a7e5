package io.loxodrome.example;

import io.loxodrome.riemann.RiemannianModule;

// example
/**
 * One link of a planar robot arm: from the place and direction of its joint and the angles of the
 * joints still to come, (x, y, phi, q_1, ..., q_m), to those of its end. Calibrated are its length
 * and how far its encoder is off, theta = (l, o).
 *
 * @param joints m, at least 1; after the last joint only the place (x, y) is left
 */
record Link(int joints) implements RiemannianModule {
  @Override
  public int inputs() {
    return 3 + joints;
  }

  @Override
  public int outputs() {
    return joints == 1 ? 2 : 2 + joints;
  }

  @Override
  public int parameters() {
    return 2;
  }

  @Override
  public void forward(double[] theta, double[] x, double[] y) {
    double direction = x[2] + x[3] + theta[1];
    y[0] = x[0] + theta[0] * Math.cos(direction);
    y[1] = x[1] + theta[0] * Math.sin(direction);
    if (joints > 1) {
      y[2] = direction;
      System.arraycopy(x, 4, y, 3, joints - 1);
    }
  }

  @Override
  public void pullBack(double[] theta, double[] x, double[] u, double[] v) {
    double turned = turned(theta, x, u);
    v[0] = u[0];
    v[1] = u[1];
    v[2] = turned;
    v[3] = turned;
    System.arraycopy(u, Math.min(3, u.length), v, 4, joints - 1);
  }

  @Override
  public void parameterRow(double[] theta, double[] x, double[] u, double[] row) {
    double direction = x[2] + x[3] + theta[1];
    row[0] = Math.cos(direction) * u[0] + Math.sin(direction) * u[1];
    row[1] = turned(theta, x, u);
  }

  /** The cotangent of the direction. */
  private double turned(double[] theta, double[] x, double[] u) {
    double direction = x[2] + x[3] + theta[1];
    double ofPlace = theta[0] * (Math.cos(direction) * u[1] - Math.sin(direction) * u[0]);
    return joints == 1 ? ofPlace : ofPlace + u[2];
  }
}
// example
