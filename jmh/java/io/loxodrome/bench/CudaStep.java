package io.loxodrome.bench;

import com.google.gson.JsonObject;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Recording;
import java.util.List;

/**
 * What a training step of the paper's network on an ellipse costs on a GPU, called operator by
 * operator and repeated as a CUDA graph: one line of JSON each, as native-build/gpu-peers prints
 * for PyTorch and JAX.
 *
 * <pre>{@code java -cp ... io.loxodrome.bench.CudaStep [DEVICE...]}</pre>
 *
 * <p>32 x 32 x 3, B = 128, everything on the device beforehand; the loss is read at the end of a
 * round of steps only.
 */
public final class CudaStep {
  private static final int BATCH = 128;
  private static final int STEPS = 20;
  private static final int ROUNDS = 30;
  private static final int WARM_UP_ROUNDS = 3;

  private CudaStep() {}

  /**
   * Times both ways on each device.
   *
   * @param devices names to open; without any, cuda and cuda:tf32
   */
  public static void main(String[] devices) {
    for (String name : devices.length == 0 ? new String[] {"cuda", "cuda:tf32"} : devices) {
      try (Device device = Device.open(name)) {
        time(device, "eager", false);
        time(device, "graph", true);
      }
    }
  }

  private static void time(Device device, String way, boolean recorded) {
    try (PaperCnnStep step =
            new PaperCnnStep(device, WeightManifold.parse("ellipse"), new Batch(BATCH));
        Recording recording = device.record(List.of(step::runAhead))) {
      Runnable once = recorded ? () -> recording.run(0) : step::runAhead;
      once.run();
      double first = step.lastLoss();
      Timings timings = new Timings(way);
      for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
        long nanoseconds = nanosecondsPerStep(step, once);
        if (round >= WARM_UP_ROUNDS) {
          timings.addNanoseconds(nanoseconds);
        }
      }
      System.out.println(json(device, timings, first, step.lastLoss()));
    }
  }

  private static long nanosecondsPerStep(PaperCnnStep step, Runnable once) {
    step.lastLoss();
    long start = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      once.run();
    }
    step.lastLoss();
    return (System.nanoTime() - start) / STEPS;
  }

  private static JsonObject json(Device device, Timings timings, double first, double last) {
    JsonObject line = new JsonObject();
    line.addProperty("peer", "loxodrome " + device.name());
    line.addProperty("device", device.description());
    line.addProperty("way", timings.name());
    timings.addTo(line);
    line.addProperty("first_loss", first);
    line.addProperty("last_loss", last);
    return line;
  }
}
