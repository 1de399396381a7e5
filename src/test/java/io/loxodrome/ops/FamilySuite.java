package io.loxodrome.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the suites of all families share: a device under test, the reference in float64 beside it,
 * and the comparison of the two on the same inputs.
 */
abstract class FamilySuite {
  /** A list of sizes, long enough for tails and single elements of any vector width. */
  static final List<Integer> BATCHES = List.of(1, 2, 7, 16, 33);

  static final List<Integer> BASIS_SIZES = List.of(1, 2, 3, 5, 8, 16, 33);

  private static final double CANCELLATION = 0.05;

  private final String deviceName;
  private final double bound;
  private Device device;
  private Device exact;
  final Draw draw = new Draw();

  /** Tests the device against the reference: ||y - reference|| is at most bound ||reference||. */
  FamilySuite(String deviceName, double bound) {
    this.deviceName = deviceName;
    this.bound = bound;
  }

  /** Puts operands on a bench, runs operators and names what they wrote. */
  interface Computation {
    List<Tensor> on(Bench bench);
  }

  @BeforeEach
  void openDevices() {
    device = Device.open(deviceName);
    exact = Device.open("reference:float64");
  }

  @AfterEach
  void closeDevices() {
    device.close();
    exact.close();
  }

  final Device device() {
    return device;
  }

  final double bound() {
    return bound;
  }

  final Bench bench() {
    return new Bench(device);
  }

  /** A bench of the reference in float64. */
  final Bench exactBench() {
    return new Bench(exact);
  }

  /**
   * Holds the device to the reference in everything that the computation writes.
   *
   * <p>Where terms cancel a sum can be small beside what it was made of, and with a single output
   * no other makes up for it. So the error is also allowed to be {@link #CANCELLATION} times the
   * bound relative to the same computation on the operands' magnitudes, in which nothing cancels:
   * for a bound of 1e-5 that is 8 roundings of the terms.
   */
  final void requireAgreement(String what, Computation computation) {
    try (Bench tested = bench();
        Bench reference = exactBench()) {
      List<Tensor> outputs = computation.on(tested);
      List<Tensor> expected = computation.on(reference);
      for (int i = 0; i < outputs.size(); i++) {
        String result = what + ", result " + i;
        if (!agreesButForCancellation(outputs.get(i), expected.get(i), computation, i)) {
          requireAgreement(result, outputs.get(i), expected.get(i));
        }
      }
      tested.requireInputsUntouched();
    }
  }

  private boolean agreesButForCancellation(
      Tensor output, Tensor expected, Computation computation, int result) {
    if (expected.type() == ElementType.UINT8) {
      return false;
    }
    double error = Errors.absolute(output.toDoubles(), expected.toDoubles());
    if (error <= bound * Errors.norm(expected.toDoubles())) {
      return true;
    }
    try (Bench magnitudes = Bench.ofMagnitudes(exact)) {
      double[] uncancelled = computation.on(magnitudes).get(result).toDoubles();
      return error <= bound * CANCELLATION * Errors.norm(uncancelled);
    }
  }

  private void requireAgreement(String what, Tensor output, Tensor expected) {
    if (expected.type() == ElementType.UINT8) {
      assertThat(output.toBytes()).as("%s; %s", what, draw).isEqualTo(expected.toBytes());
    } else {
      requireClose(what, output.toDoubles(), expected.toDoubles());
    }
  }

  /** Holds numbers of the device to {@code expected}, within its bound. */
  final void requireClose(String what, double[] values, double[] expected) {
    requireClose(what, values, expected, bound);
  }

  final void requireClose(String what, double[] values, double[] expected, double limit) {
    assertThat(values).as("%s; %s", what, draw).hasSameSizeAs(expected);
    assertThat(Errors.relative(values, expected))
        .as("%s: %s; %s", what, Errors.worst(values, expected), draw)
        .isLessThanOrEqualTo(limit);
  }

  /** The entry of a list of sizes that case number {@code index} takes. */
  static <T> T cycle(List<T> sizes, int index) {
    return sizes.get(index % sizes.size());
  }
}
