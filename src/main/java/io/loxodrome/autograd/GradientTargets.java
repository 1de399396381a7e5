package io.loxodrome.autograd;

import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where one operation writes its inputs' gradients, so that operators may overwrite and variables
 * used more than once still get the sum.
 *
 * <p>The first operation to reach a variable writes straight into its gradient; what later ones
 * write is added from a temporary.
 */
public final class GradientTargets implements AutoCloseable {
  private record Addend(Variable variable, Tensor amount) {}

  private final Device device;
  private final List<Variable> inputs;
  private final Predicate<Variable> needed;
  private final List<Addend> addends = new ArrayList<>();
  private final List<Tensor> temporaries = new ArrayList<>();

  /** Targets of {@code inputs}, of which those are wanted that {@code needed} holds for. */
  GradientTargets(Device device, List<Variable> inputs, Predicate<Variable> needed) {
    this.device = device;
    this.inputs = inputs;
    this.needed = needed;
  }

  /**
   * A tensor of input {@code index}'s shape to overwrite, or null if nobody needs its gradient; to
   * be asked for once per input.
   */
  public @Nullable Tensor wanted(int index) {
    return needed.test(inputs.get(index)) ? at(index) : null;
  }

  /** As {@link #wanted}, but a tensor to overwrite even where nobody needs the gradient. */
  public Tensor at(int index) {
    Variable input = inputs.get(index);
    if (needed.test(input) && !input.hasGradient()) {
      return input.claimGradient(device);
    }
    Tensor temporary = device.allocate(input.value().shape());
    temporaries.add(temporary);
    if (needed.test(input)) {
      addends.add(new Addend(input, temporary));
    }
    return temporary;
  }

  void addTemporaries() {
    for (Addend addend : addends) {
      device.operators().elementwise().addScaled(addend.variable.gradient(), 1, addend.amount);
    }
  }

  /** Frees the temporaries. */
  @Override
  public void close() {
    temporaries.forEach(Tensor::close);
  }
}
