package io.loxodrome.train;

import io.loxodrome.data.AngleGrid;
import io.loxodrome.data.Dataset;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.PaperCnn;
import io.loxodrome.ops.Device;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** A network as a checkpoint has it, ready to classify. */
public final class TrainedNetwork implements AutoCloseable {
  private final Device device;
  private final RunSettings settings;
  private final PaperCnn network;

  private TrainedNetwork(Device device, RunSettings settings, PaperCnn network) {
    this.device = device;
    this.settings = settings;
    this.network = network;
  }

  /**
   * The checkpoint's network on a device.
   *
   * @throws CheckpointException if the checkpoint is not of the network it describes
   */
  public static TrainedNetwork of(Device device, Checkpoint checkpoint) throws IOException {
    Checkpoint.Description description = checkpoint.description();
    RunSettings settings = description.settings();
    PaperCnn network =
        PaperCnn.initialized(
            device,
            settings.manifold(),
            description.image(),
            description.classes(),
            new Initialization(settings.seed()));
    try {
      checkpoint.restore(network);
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
    return new TrainedNetwork(device, settings, network);
  }

  /** The network itself. */
  public PaperCnn network() {
    return network;
  }

  /**
   * Its accuracy on the test images, at the angles at which its run was evaluated.
   *
   * @param stop asked between batches
   * @throws RunStoppedException if told to stop
   */
  public AngleAccuracy evaluate(Dataset data, BooleanSupplier stop) {
    Dataset used = settings.limited(data);
    AngleGrid grid = TrainingRun.grid(settings);
    try (StoredImages images = new StoredImages(device, used.test(), used.normalization())) {
      return new Evaluator(device, images, grid).accuracy(network, stop);
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
