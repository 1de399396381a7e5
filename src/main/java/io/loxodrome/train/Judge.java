package io.loxodrome.train;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.SoftmaxCrossEntropy;
import io.loxodrome.ops.Device;
import java.util.function.BooleanSupplier;

/** Shows an exhibition to some networks at once and says which images each classifies rightly. */
final class Judge {
  /** Images at a time, all networks counted, if that is no fewer than {@link #LEAST} for each. */
  private static final int BATCH = 250;

  private static final int LEAST = 64;

  private final Device device;
  private final StoredImages images;
  private final Exhibition exhibition;
  private final int replicas;

  /** Hears each answer. */
  interface Answers {
    void count(int replica, int level, boolean right);
  }

  Judge(Device device, StoredImages images, Exhibition exhibition, int replicas) {
    this.device = device;
    this.images = images;
    this.exhibition = exhibition;
    this.replicas = replicas;
  }

  /**
   * Has the networks classify every showing.
   *
   * @param stop asked between batches
   * @throws RunStoppedException if told to stop
   */
  void judge(Layer networks, BooleanSupplier stop, Answers answers) {
    int size = exhibition.size();
    int batch = Math.max(LEAST, BATCH / replicas);
    for (int first = 0; first < size; first += batch) {
      if (stop.getAsBoolean()) {
        throw new RunStoppedException(
            "evaluation was stopped after %d of %d images".formatted(first, size));
      }
      classify(networks, first, Math.min(batch, size - first), answers);
    }
  }

  private void classify(Layer networks, int first, int count, Answers answers) {
    try (ImageBatch batch = images.batch(exhibition.showing(first, count), replicas);
        Conditioning conditioning = batch.conditioning();
        Tape tape = Tape.forwardOnly(device)) {
      Variable x = Variable.constant("images", batch.images());
      Variable logits = networks.forward(tape, x, conditioning);
      byte[] correct = SoftmaxCrossEntropy.of(tape, logits, batch.labels()).correct().toBytes();
      for (int i = 0; i < correct.length; i++) {
        answers.count(i / count, exhibition.level(first + i % count), correct[i] != 0);
      }
    }
  }
}
