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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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

  private record Step(
      Variable output,
      List<Variable> inputs,
      Backward backward,
      @Nullable ParameterFactor factor) {}

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
    return add(origin, value, inputs, backward, null);
  }

  /**
   * As the other, of an operation with parameters that can keep the examples apart on the way back
   * to them, so that its layer has a place in the layerwise metric.
   *
   * @param factor of the operation
   */
  public Variable record(
      String origin,
      Tensor value,
      List<Variable> inputs,
      Backward backward,
      ParameterFactor factor) {
    return add(origin, value, inputs, backward, factor);
  }

  private Variable add(
      String origin,
      Tensor value,
      List<Variable> inputs,
      Backward backward,
      @Nullable ParameterFactor factor) {
    requireOpen();
    for (Variable input : inputs) {
      if (!input.mayBeUsedOn(this)) {
        throw new IllegalArgumentException(
            origin + " was given " + input + ", the result of another tape");
      }
    }
    Variable output = Variable.result(origin, value, tracks(inputs), this);
    steps.add(new Step(output, List.copyOf(inputs), backward, factor));
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

  /**
   * As {@link #sweep}, but goes to no leaf: no gradients of parameters are computed, and operations
   * that have some are shown to the visitor instead. Parameters' gradients of passes before are
   * used up.
   *
   * @param visitor told of every operation with a factor that the cotangent reaches, last first
   * @throws IllegalStateException as sweep, or if an operation has parameters, or another leaf that
   *     needs a gradient, and no factor for it
   */
  public void probe(Variable output, Tensor cotangent, FactorVisitor visitor) {
    int last = prepare(output, cotangent);
    probe(steps.get(last), cotangent, visitor);
    for (int i = last - 1; i >= 0; i--) {
      Step step = steps.get(i);
      if (step.output.hasGradient()) {
        probe(step, step.output.gradient(), visitor);
      }
    }
  }

  /** The factors of all operations so far that have one, in the order of use. */
  public List<ParameterFactor> factors() {
    requireOpen();
    return steps.stream().map(Step::factor).filter(Objects::nonNull).toList();
  }

  private void probe(Step step, Tensor cotangent, FactorVisitor visitor) {
    requireFactor(step);
    if (step.factor != null) {
      visitor.visit(step.factor, cotangent);
    }
    if (step.inputs.stream().anyMatch(Tape::leadsOn)) {
      propagate(step, cotangent, Tape::leadsOn);
    }
  }

  private static boolean leadsOn(Variable input) {
    return input.needsGradient() && input.isResult();
  }

  private static void requireFactor(Step step) {
    for (Variable input : step.inputs) {
      boolean leaf = input.needsGradient() && !input.isResult();
      if (leaf && (step.factor == null || !step.factor.parameters().contains(input))) {
        throw new IllegalStateException(
            step.output.origin()
                + " has no factor for "
                + input.origin()
                + ": the layerwise metric needs layers that record one (ParameterFactor)");
      }
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
    propagate(step, outputGradient, Variable::needsGradient);
  }

  private void propagate(Step step, Tensor outputGradient, Predicate<Variable> needed) {
    try (GradientTargets targets = new GradientTargets(device, step.inputs, needed)) {
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
