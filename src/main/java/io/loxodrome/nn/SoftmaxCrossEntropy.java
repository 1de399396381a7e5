package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The softmax cross-entropy of a batch: L_i = log sum_j exp z_ij - z_i,label, and its mean over the
 * batch, which is what goes back. Its tensors live as long as the tape.
 */
public final class SoftmaxCrossEntropy {
  private final Tape tape;
  private final Variable logits;
  private final Tensor losses;
  private final Tensor correct;
  private final @Nullable Tensor logitGradient;

  private SoftmaxCrossEntropy(
      Tape tape, Variable logits, Tensor losses, Tensor correct, @Nullable Tensor logitGradient) {
    this.tape = tape;
    this.logits = logits;
    this.losses = losses;
    this.correct = correct;
    this.logitGradient = logitGradient;
  }

  /**
   * Computes the losses, and their gradient if the tape can go back.
   *
   * @param logits z, B x c
   * @param labels INT32, B, each in 0..c-1
   * @throws IllegalArgumentException if a label is out of range
   */
  public static SoftmaxCrossEntropy of(Tape tape, Variable logits, Tensor labels) {
    return ofReplicas(tape, logits, labels, 1);
  }

  /**
   * Computes the losses of several networks, one after the other in the batch, and the gradient of
   * the sum of their means: to each network that of its own mean.
   *
   * @param logits z, R B x c
   * @param labels INT32, R B, each in 0..c-1
   * @param replicas R, at least 1
   * @throws IllegalArgumentException if a label is out of range, or the batch is no multiple of R
   */
  public static SoftmaxCrossEntropy ofReplicas(
      Tape tape, Variable logits, Tensor labels, int replicas) {
    Tensor z = logits.value();
    Shape batch = Shape.of(z.shape().dimension(0));
    Tensor losses = tape.allocate(batch);
    Tensor correct = tape.allocate(ElementType.UINT8, batch);
    @Nullable Tensor gradient = logits.needsGradient() ? tape.allocate(z.shape()) : null;
    requireWholeBatches(z.shape().dimension(0), replicas);
    tape.operators().loss().softmaxCrossEntropy(z, labels, losses, correct, gradient);
    if (gradient != null && replicas > 1) {
      tape.operators().elementwise().addScaled(gradient, replicas - 1, gradient);
    }
    return new SoftmaxCrossEntropy(tape, logits, losses, correct, gradient);
  }

  private static void requireWholeBatches(int batch, int replicas) {
    if (replicas < 1 || batch % replicas != 0) {
      throw new IllegalArgumentException(
          "%d examples for %d replicas, expected as many for each".formatted(batch, replicas));
    }
  }

  /** The mean loss of the batch, summed in double. */
  public double mean() {
    return mean(losses.toDoubles());
  }

  /** The mean of losses that were read before, as {@link #mean()} computes it. */
  public static double mean(double[] losses) {
    double sum = 0;
    for (double loss : losses) {
      sum += loss;
    }
    return sum / losses.length;
  }

  /** The mean loss of each of some networks, whose losses follow one another. */
  public static double[] means(double[] losses, int replicas) {
    int batch = losses.length / replicas;
    double[] means = new double[replicas];
    for (int r = 0; r < replicas; r++) {
      means[r] = mean(Arrays.copyOfRange(losses, r * batch, (r + 1) * batch));
    }
    return means;
  }

  /** The loss of each example, B. */
  public Tensor losses() {
    return losses;
  }

  /** UINT8, B: 1 where the label has the largest logit, the first of equals. */
  public Tensor correct() {
    return correct;
  }

  /**
   * Goes back from the mean loss to the leaves and consumes the tape.
   *
   * @throws IllegalStateException if the tape is for evaluation, was consumed or closed
   */
  public void backward() {
    if (logitGradient == null) {
      throw new IllegalStateException(
          logits.origin()
              + " has no way back: the tape is for evaluation (open it with Tape.recording), or no"
              + " parameter was used");
    }
    tape.backward(logits, logitGradient);
  }
}
