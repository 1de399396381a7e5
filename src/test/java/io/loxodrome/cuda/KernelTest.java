package io.loxodrome.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.Draw;
import io.loxodrome.ptx.LaunchRecord;
import io.loxodrome.ptx.PtxDriver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the tests of all kernels share: arrays on a device that executes the shipped PTX, the bound
 * on errors, and the report.
 *
 * <p>A test makes its arrays with {@link #input} and {@link #output}, calls a typed launcher, and
 * hands outputs and expectations to {@link #verify} or {@link #measure}. The executor itself fails
 * on races, on reads of what nobody wrote and on accesses out of bounds.
 */
@Tag("ptx")
@ExtendWith(KernelReport.class)
abstract class KernelTest {
  final Draw draw = new Draw();
  private final List<DeviceArray> arrays = new ArrayList<>();
  PtxDriver driver;
  Kernels kernels;

  @BeforeEach
  void openDevice() {
    driver = new PtxDriver(seed());
    kernels = new Kernels(driver);
  }

  private int seed() {
    return draw.indices(1, Integer.MAX_VALUE)[0];
  }

  @AfterEach
  void closeDevice() {
    arrays.forEach(DeviceArray::free);
    assertThat(driver.bytesInUse()).as("bytes a launcher did not give back").isZero();
    kernels.close();
    driver.close();
  }

  /**
   * Goes on with a device of so many multiprocessors, which takes blocks in another order; no array
   * may have been made yet.
   */
  void useMultiprocessors(int count) {
    kernels.close();
    driver.close();
    driver = new PtxDriver(seed(), count);
    kernels = new Kernels(driver);
  }

  /** Work on a device, and what it left there. */
  interface Work {
    byte[] run(PtxDriver driver, Kernels kernels);
  }

  /** The same work on another device of the same kind, which takes blocks in another order. */
  byte[] elsewhere(Work work) {
    try (PtxDriver other = new PtxDriver(seed());
        Kernels loaded = new Kernels(other)) {
      return work.run(other, loaded);
    }
  }

  /** Numbers on the device, 256-byte aligned. */
  DeviceArray input(Storage storage, double[] values) {
    return input(storage, values, 0);
  }

  /**
   * Numbers on the device.
   *
   * @param elementsOff how many elements past a 256-byte boundary they start
   */
  DeviceArray input(Storage storage, double[] values, int elementsOff) {
    return bytes(Numbers.bytes(storage, values), elementsOff * storage.bytes());
  }

  /** Integers on the device. */
  DeviceArray input(int[] values) {
    return bytes(Numbers.bytes(values), 0);
  }

  /** Bytes on the device. */
  DeviceArray input(byte[] values) {
    return bytes(values, 0);
  }

  private DeviceArray bytes(byte[] content, int offset) {
    return keep(DeviceArray.of(driver, offset, content));
  }

  /** Room for numbers, not written yet, 256-byte aligned. */
  DeviceArray output(Storage storage, long count) {
    return output(storage, count, 0);
  }

  /**
   * Room for numbers, not written yet.
   *
   * @param elementsOff how many elements past a 256-byte boundary it starts
   */
  DeviceArray output(Storage storage, long count, int elementsOff) {
    return keep(
        DeviceArray.unwritten(driver, elementsOff * storage.bytes(), count * storage.bytes()));
  }

  /** Room for bytes, not written yet. */
  DeviceArray outputBytes(long count) {
    return keep(DeviceArray.unwritten(driver, 0, count));
  }

  private DeviceArray keep(DeviceArray array) {
    arrays.add(array);
    return array;
  }

  /** Judges the launches since the last look: their outputs, and that no bank conflicts. */
  void verify(String shape, Output... outputs) {
    launched(shape, outputs);
  }

  /**
   * Judges as {@link #verify} does, and gives the report a line.
   *
   * @param elements what instructions are counted per
   * @param idealBytes the fewest that could be moved, reads and writes together
   */
  Traffic measure(String shape, long elements, long idealBytes, Output... outputs) {
    List<LaunchRecord> launches = launched(shape, outputs);
    Traffic traffic = Traffic.of(launches, elements, idealBytes);
    Output worst = worst(outputs);
    KernelReport.add(
        new KernelReport.Line(kernelNames(launches), shape, worst.error(), worst.bound(), traffic));
    return traffic;
  }

  private static Output worst(Output... outputs) {
    return Arrays.stream(outputs)
        .max(Comparator.comparingDouble(Output::errorOverBound))
        .orElseThrow(() -> new IllegalArgumentException("there is no output to measure"));
  }

  private List<LaunchRecord> launched(String shape, Output... outputs) {
    List<LaunchRecord> launches = driver.takeLaunches();
    double worst = outputs.length == 0 ? 0 : worst(outputs).errorOverBound();
    assertThat(worst)
        .as("error over its bound, %s, %s, %s", kernelNames(launches), shape, draw)
        .isLessThanOrEqualTo(1);
    for (LaunchRecord launch : launches) {
      assertThat(launch.counts().bankConflicts())
          .as("bank conflicts of %s, %s", launch.kernel(), shape)
          .isZero();
      KernelReport.judged(launch.kernel(), worst);
    }
    return launches;
  }

  /** sum_j a_j b_j. */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  /** The call is refused, by a kernel whose name begins so, for a reason that begins so. */
  static void assertRefusedBy(String kernels, ThrowingCallable call, String reason) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("kernel " + kernels)
        .hasMessageContaining(": " + reason);
  }

  private static String kernelNames(List<LaunchRecord> launches) {
    return String.join(
        " + ", launches.stream().map(LaunchRecord::kernel).distinct().sorted().toList());
  }
}
