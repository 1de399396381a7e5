package io.loxodrome.train;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.data.BatchOrder;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.ops.Device;
import io.loxodrome.riemann.BatchEstimates;
import io.loxodrome.riemann.ContractionRate;
import io.loxodrome.riemann.Estimate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Estimates of a network's contraction and stability after each epoch, on the first examples of the
 * epoch's first batch as training showed them. Training goes on as it would without.
 */
final class EpochEstimates {
  private final Device device;
  private final Layer network;
  private final StoredImages images;
  private final ImageTask task;
  private final BatchOrder order;
  private final BatchEstimates.Setting setting;
  private final int examples;
  private final Consumer<BatchEstimates> heard;

  /**
   * Estimates of a network on its training images.
   *
   * @param classes c, its outputs
   * @param heard told of the estimates of every epoch
   */
  EpochEstimates(
      Device device,
      Layer network,
      StoredImages images,
      ImageTask task,
      BatchOrder order,
      OptimizerChoice optimizer,
      int classes,
      Consumer<BatchEstimates> heard) {
    this.device = device;
    this.network = network;
    this.images = images;
    this.task = task;
    this.order = order;
    this.setting =
        BatchEstimates.Setting.softmax(
            optimizer.layerwise().damping(), optimizer.weightDecay(), images.count());
    this.examples = BatchEstimates.examples(order.batch(), classes);
    this.heard = heard;
  }

  /**
   * The estimates as the network is now.
   *
   * @param epoch the epoch that is over, from 1
   */
  BatchEstimates after(int epoch) {
    int[] first = Arrays.copyOf(order.epoch(epoch - 1)[0], examples);
    Showing showing = task.training(order.seed(), epoch - 1, first);
    try (ImageBatch batch = images.batch(showing, 1);
        Conditioning conditioning = batch.conditioning();
        Tape tape = Tape.recording(device)) {
      Variable shown = Variable.constant("images", batch.images());
      Variable logits = network.forward(tape, shown, conditioning);
      BatchEstimates estimates = BatchEstimates.of(tape, logits, network.parameters(), setting);
      heard.accept(estimates);
      return estimates;
    }
  }

  /** The finite ones by key, for a file of metrics. */
  static Map<String, Double> values(BatchEstimates estimates) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (Estimate estimate : estimates.all()) {
      if (Double.isFinite(estimate.value())) {
        values.put(estimate.key(), estimate.value());
      }
    }
    return values;
  }

  /** The most telling in one line, for people who watch. */
  static String line(BatchEstimates estimates) {
    StringBuilder line = new StringBuilder("estimated contraction rates:");
    for (ContractionRate rate : estimates.modules()) {
      line.append(String.format(Locale.ROOT, " %s %.2g,", rate.module(), rate.value()));
    }
    line.append(
        String.format(
            Locale.ROOT,
            " joint %.2g; stability: outputs %s, loss %s",
            estimates.joint().value(),
            bound(estimates.output()),
            bound(estimates.uniform())));
    return line.toString();
  }

  private static String bound(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "at most %.2g", estimate.value())
        : "without bound";
  }
}
