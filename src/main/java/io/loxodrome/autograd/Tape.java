package io.loxodrome.autograd;

import io.loxodrome.ops.Device;
import io.loxodrome.ops.Operators;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What one forward pass computed, and the way back through it; owns all that lies between the
 * inputs and the outputs.
 *
 * <pre>{@code
 * try (Tape tape = Tape.recording(device)) {
 *   Variable logits = network.forward(tape, images, conditioning);
 *   SoftmaxCrossEntropy.of(tape, logits, labels).backward();
 *   optimizer.step();
 * }
 * }</pre>
 *
 * <p>Each backward pass starts anew: it overwrites the gradients that the one before it left.
 * {@link #backward} is the last or only one and frees what it has passed; {@link #sweep} keeps
 * everything, so that further cotangents can be carried through the same graph. A tape belongs to
 * one thread.
 */
public final class Tape implements AutoCloseable {
  private enum State {
    OPEN,
    CONSUMED,
    CLOSED
  }

  private record Step(Variable output, List<Variable> inputs, Backward backward) {}

  private final Device device;
  private final boolean records;
  private final List<Step> steps = new ArrayList<>();
  private final List<Tensor> owned = new ArrayList<>();
  private State state = State.OPEN;

  private Tape(Device device, boolean records) {
    this.device = device;
    this.records = records;
  }

  /** A tape that can go back. */
  public static Tape recording(Device device) {
    return new Tape(device, true);
  }

  /** A tape for evaluation: it keeps nothing that only a way back would need. */
  public static Tape forwardOnly(Device device) {
    return new Tape(device, false);
  }

  public Device device() {
    return device;
  }

  /** What the device can compute. */
  public Operators operators() {
    return device.operators();
  }

  /** Whether an operation on these inputs has to remember what its way back needs. */
  public boolean tracks(List<Variable> inputs) {
    return records && inputs.stream().anyMatch(Variable::needsGradient);
  }

  /** A real tensor with undefined contents that lives no longer than this tape. */
  public Tensor allocate(Shape shape) {
    requireOpen();
    return own(device.allocate(shape));
  }

  /** A tensor with undefined contents that lives no longer than this tape. */
  public Tensor allocate(ElementType type, Shape shape) {
    requireOpen();
    return own(device.allocate(type, shape));
  }

  /** Takes over a tensor: it is freed with this tape at the latest. */
  public Tensor own(Tensor tensor) {
    requireOpen();
    owned.add(tensor);
    return tensor;
  }

  /**
   * Records an operation that has been computed.
   *
   * @param origin the name of the layer that computed it
   * @param value its output, owned by this tape or a view of an input's value
   * @param inputs what it was computed from
   * @param backward the way back, taken only if {@link #tracks} holds
   * @return the output as a variable
   * @throws IllegalArgumentException if an input is the result of another tape
   */
  public Variable record(String origin, Tensor value, List<Variable> inputs, Backward backward) {
    requireOpen();
    for (Variable input : inputs) {
      if (!input.mayBeUsedOn(this)) {
        throw new IllegalArgumentException(
            origin + " was given " + input + ", the result of another tape");
      }
    }
    Variable output = Variable.result(origin, value, tracks(inputs), this);
    steps.add(new Step(output, List.copyOf(inputs), backward));
    return output;
  }

  /**
   * Carries {@code cotangent} from {@code output} back to the leaves, for the last time on this
   * tape: results of operations are freed on the way, leaves keep their gradients.
   *
   * @param output a result on this tape
   * @param cotangent dL/d output, of its shape; not changed and not taken over
   * @throws IllegalArgumentException if the output is no result of this tape, nothing it was
   *     computed from needs a gradient, or the shapes differ
   * @throws IllegalStateException if this tape is for evaluation only, was consumed or closed
   */
  public void backward(Variable output, Tensor cotangent) {
    int last = prepare(output, cotangent);
    state = State.CONSUMED;
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (i == last) {
        propagate(steps.get(i), cotangent);
      } else {
        propagate(steps.get(i));
      }
      steps.get(i).output.close();
    }
  }

  /**
   * As {@link #backward}, but keeps everything: every variable between {@code output} and the
   * leaves holds its cotangent until the next pass, and further passes may follow.
   */
  public void sweep(Variable output, Tensor cotangent) {
    int last = prepare(output, cotangent);
    propagate(steps.get(last), cotangent);
    for (int i = last - 1; i >= 0; i--) {
      propagate(steps.get(i));
    }
  }

  private int prepare(Variable output, Tensor cotangent) {
    requireOpen();
    if (!records) {
      throw new IllegalStateException(
          "this tape is for evaluation and has no way back; open it with Tape.recording");
    }
    int last = indexOf(output);
    if (!output.needsGradient()) {
      throw new IllegalArgumentException(
          "nothing that " + output + " was computed from needs a gradient");
    }
    Shapes.require("cotangent of " + output.origin(), cotangent, output.value().shape());
    for (Step step : steps) {
      step.inputs.forEach(Variable::discardGradient);
    }
    return last;
  }

  private int indexOf(Variable output) {
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i).output == output) {
        return i;
      }
    }
    throw new IllegalArgumentException(output + " is not the result of an operation on this tape");
  }

  /** Goes back through an operation whose output was reached; those behind the start never are. */
  private void propagate(Step step) {
    if (step.output.hasGradient()) {
      propagate(step, step.output.gradient());
    }
  }

  private void propagate(Step step, Tensor outputGradient) {
    try (GradientTargets targets = new GradientTargets(device, step.inputs)) {
      step.backward.propagate(outputGradient, targets);
      targets.addTemporaries();
    }
  }

  /**
   * The first variable, in the order of use, that holds a NaN or an infinity: what a layer was
   * given comes before what it computed. It copies every value to the host: for a loss that is not
   * finite, before any {@link #backward}.
   */
  public Optional<Variable> firstNonFinite() {
    requireOpen();
    for (Step step : steps) {
      for (Variable input : step.inputs) {
        if (!input.isResult() && !isFinite(input.value())) {
          return Optional.of(input);
        }
      }
      if (!isFinite(step.output.value())) {
        return Optional.of(step.output);
      }
    }
    return Optional.empty();
  }

  private static boolean isFinite(Tensor tensor) {
    return Arrays.stream(tensor.toDoubles()).allMatch(Double::isFinite);
  }

  private void requireOpen() {
    switch (state) {
      case OPEN -> {}
      case CONSUMED ->
          throw new IllegalStateException(
              "a backward pass has consumed this tape; all passes but the last must be sweeps");
      case CLOSED -> throw new IllegalStateException("this tape was used after close");
    }
  }

  /** Frees every tensor it owns and every result's gradient; the second call does nothing. */
  @Override
  public void close() {
    state = State.CLOSED;
    steps.forEach(step -> step.output.close());
    owned.forEach(Tensor::close);
    steps.clear();
    owned.clear();
  }
}
