package io.loxodrome.ops.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.Draw;
import io.loxodrome.ops.Recording;
import io.loxodrome.ptx.PtxDriver;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a device does again without being told each time. */
@Tag("ptx")
class CudaRecordingTest {
  private static final Shape SHAPE = Shape.of(5, 7);

  private final Draw draw = new Draw();
  private final PtxDriver driver = new PtxDriver(3);
  private final Device device = PtxDevices.open(driver, "");
  private final Tensor x = device.allocate(SHAPE);
  private final Tensor y = device.zeros(SHAPE);
  private int calls;

  @AfterEach
  void close() {
    x.close();
    y.close();
    assertThat(device.bytesInUse()).isZero();
    device.close();
    device.close();
  }

  private float[] values() {
    double[] drawn = draw.normals(SHAPE.size());
    float[] values = new float[drawn.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) drawn[i];
    }
    return values;
  }

  /** y = 2 relu(x) + y, by way of a tensor of its own. */
  private void work() {
    calls++;
    try (Tensor positive = device.allocate(SHAPE)) {
      device.operators().elementwise().relu(x, positive);
      device.operators().elementwise().addScaled(y, 2, positive);
    }
  }

  @Test
  void everyRoundDoesTheWorkOnWhatIsThereThen() {
    try (Recording recording = device.record(List.of(this::work))) {
      double[] expected = new double[(int) x.size()];
      for (int round = 0; round < 5; round++) {
        float[] values = values();
        x.write(values);
        recording.run(0);
        for (int i = 0; i < expected.length; i++) {
          expected[i] = (float) (expected[i] + 2f * Math.max(values[i], 0));
        }
        assertThat(y.toDoubles()).as("round %d, %s", round, draw).containsExactly(expected);
      }
    }
    assertThat(calls).as("called once to do it and once to note it down").isEqualTo(2);
  }

  @Test
  void whatARoundWritesIsReadBackThoughTheHostWroteThereBefore() {
    x.write(new float[(int) x.size()]);
    Runnable part = () -> device.operators().elementwise().fill(x, 5);
    try (Recording recording = device.record(List.of(part))) {
      for (int round = 0; round < 4; round++) {
        x.write(new float[(int) x.size()]);
        recording.run(0);
        assertThat(x.toFloats()).as("round %d", round).containsOnly(5f);
      }
    }
  }

  @Test
  void memoryOfARecordingIsNobodyElsesUntilItIsClosed() {
    long before = device.bytesInUse();
    x.write(values());
    Recording recording = device.record(List.of(this::work));
    recording.run(0);
    assertThat(device.bytesInUse()).isEqualTo(before);
    recording.run(0);
    assertThat(device.bytesInUse()).isGreaterThanOrEqualTo(before + SHAPE.size() * Float.BYTES);
    try (Tensor other = device.allocate(SHAPE)) {
      float[] untouched = values();
      other.write(untouched);
      recording.run(0);
      assertThat(other.toFloats()).containsExactly(untouched);
    }
    recording.close();
    recording.close();
    assertThat(device.bytesInUse()).isEqualTo(before);
  }

  @Test
  void aTensorThatOutlivesItsRecordingStaysUsable() {
    x.write(values());
    Tensor[] kept = new Tensor[2];
    int[] round = {0};
    Recording recording =
        device.record(
            List.of(
                () -> {
                  kept[round[0]] = device.allocate(SHAPE);
                  device.operators().elementwise().relu(x, kept[round[0]++]);
                }));
    recording.run(0);
    recording.run(0);
    recording.close();
    assertThat(kept[1].toFloats()).containsExactly(kept[0].toFloats());
    kept[0].close();
    kept[1].close();
  }

  @Test
  void partsComeInTheirOrder() {
    try (Recording recording = device.record(List.of(() -> {}, () -> {}))) {
      assertThatThrownBy(() -> recording.run(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("part 1 was run, 0 is due");
      recording.run(0);
      assertThatThrownBy(() -> recording.run(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("part 0 was run, 1 is due");
      recording.run(1);
      recording.run(0);
    }
  }

  @Test
  void whatTheHostWouldHaveToWaitForIsRefused() {
    y.write(values());
    work(List.of(() -> y.write(new float[(int) y.size()])), "a tensor was written");
    device.operators().elementwise().fill(y, 1);
    work(List.of(y::toFloats), "a tensor was read");
    try (Recording inner = device.record(List.of(() -> {}))) {
      work(List.of(() -> inner.run(0)), "a recording was run");
    }
  }

  private void work(List<Runnable> parts, String what) {
    try (Recording recording = device.record(parts)) {
      recording.run(0);
      assertThatThrownBy(() -> recording.run(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(what + " within a part of a recording");
      assertThatThrownBy(() -> recording.run(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("after a part of it failed");
    }
    device.operators().elementwise().fill(y, 3);
    assertThat(y.toFloats()).containsOnly(3);
  }

  @Test
  void aRecordingOfAClosedDeviceClosesQuietly() {
    PtxDriver own = new PtxDriver(4);
    Device other = PtxDevices.open(own, "");
    Recording recording = other.record(List.of(() -> {}));
    recording.run(0);
    recording.run(0);
    other.close();
    recording.close();
    assertThatThrownBy(() -> other.record(List.of(() -> {})))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("device cuda was used after close");
  }
}
