package io.loxodrome.example;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.nn.Sequential;
import io.loxodrome.nn.SquaredError;
import io.loxodrome.ops.Device;
import io.loxodrome.optim.Optimizer;
import io.loxodrome.riemann.BatchEstimates;
import io.loxodrome.riemann.OutputFactor;
import io.loxodrome.riemann.RiemannianLayer;
import io.loxodrome.tensor.Philox;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;

/**
 * Calibrates a planar arm of two links: which lengths and encoder offsets explain where its end was
 * seen at known joint angles.
 */
final class RobotArm implements AutoCloseable {
  private static final double[] METRES = {0.42, 0.31};
  private static final double[] NOMINAL_METRES = {0.4, 0.35};
  private static final double[] OFFSETS = {0.06, -0.09};
  private static final int POSES = 40;

  private final Device device;
  private final double unit;
  private final Layer arm;
  private final Tensor poses;
  private final Tensor seen;
  private final Tensor nowhere;

  /**
   * An arm as its maker drew it, seen in 40 poses.
   *
   * @param unit of lengths in a metre: 1000 for millimetres; angles are in radians
   */
  RobotArm(Device device, double unit) {
    this(device, unit, NOMINAL_METRES[0] * unit, 0, NOMINAL_METRES[1] * unit, 0);
  }

  /**
   * The same from another start.
   *
   * @param start length and offset of the first link, then of the second
   */
  RobotArm(Device device, double unit, double... start) {
    this.device = device;
    this.unit = unit;
    this.arm = arm(device, start);
    Philox random = new Philox(7);
    double[] angles = new double[5 * POSES];
    double[] ends = new double[2 * POSES];
    for (int i = 0; i < POSES; i++) {
      double q1 = 6 * random.uniform(0, 2L * i) - 3;
      double q2 = 5 * random.uniform(0, 2L * i + 1) - 2.5;
      angles[5 * i + 3] = q1;
      angles[5 * i + 4] = q2;
      double first = q1 + OFFSETS[0];
      double second = first + q2 + OFFSETS[1];
      ends[2 * i] = unit * (METRES[0] * Math.cos(first) + METRES[1] * Math.cos(second));
      ends[2 * i + 1] = unit * (METRES[0] * Math.sin(first) + METRES[1] * Math.sin(second));
    }
    this.poses = device.allocate(Shape.of(POSES, 5)).write(angles);
    this.seen = device.allocate(Shape.of(POSES, 2)).write(ends);
    this.nowhere = device.allocate(Shape.of(POSES, 0));
  }

  // example
  static Layer arm(Device device, double... start) {
    return Sequential.of(
        new RiemannianLayer("upper", new Link(2), theta(device, "upper", start[0], start[1])),
        new RiemannianLayer("lower", new Link(1), theta(device, "lower", start[2], start[3])));
  }

  static Parameter theta(Device device, String name, double length, double offset) {
    WeightManifold one = WeightManifold.parse("point");
    Tensor values = device.allocate(Shape.of(1, 2)).write(new double[] {length, offset});
    return new Parameter(name, one, values);
  }

  /** One step; returns the loss before it. */
  double step(Optimizer optimizer) {
    try (Conditioning none = new Conditioning(device, nowhere);
        Tape tape = Tape.recording(device)) {
      Variable ends = arm.forward(tape, Variable.constant("poses", poses), none);
      SquaredError error = SquaredError.of(tape, ends, seen);
      double loss = error.mean();
      optimizer.observe(tape, ends); // what the layerwise metric needs; others look away
      error.backward();
      optimizer.step();
      return loss;
    }
  }

  // example

  /** Steps until the end is seen a tenth of a millimetre off in the mean, at most {@code limit}. */
  int steps(Optimizer optimizer, int limit) {
    double goal = Math.pow(1e-4 * unit, 2) / 2;
    int steps = 0;
    while (steps < limit && !(step(optimizer) < goal)) {
      steps++;
    }
    return steps;
  }

  /** How calibration contracts here, on all poses. */
  BatchEstimates estimates() {
    BatchEstimates.Setting setting =
        new BatchEstimates.Setting(new OutputFactor.Identity(), unit, 1e-6, 0, POSES);
    try (Conditioning none = new Conditioning(device, nowhere);
        Tape tape = Tape.recording(device)) {
      Variable ends = arm.forward(tape, Variable.constant("poses", poses), none);
      return BatchEstimates.of(tape, ends, arm.parameters(), setting);
    }
  }

  Layer layer() {
    return arm;
  }

  /** Length and offset of the first link, then of the second. */
  double[] calibration() {
    return arm.parameters().stream()
        .flatMapToDouble(theta -> Arrays.stream(theta.basis().toDoubles()))
        .toArray();
  }

  /** What it would be if it were found. */
  double[] truth() {
    return new double[] {unit * METRES[0], OFFSETS[0], unit * METRES[1], OFFSETS[1]};
  }

  @Override
  public void close() {
    arm.close();
    poses.close();
    seen.close();
    nowhere.close();
  }
}
