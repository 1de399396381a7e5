package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.Device;
import java.util.List;
import java.util.function.Consumer;

/** A function of a batch with parameters of its own, or a network of such functions. */
public interface Layer extends AutoCloseable {
  /**
   * Computes the layer's output and records how to go back.
   *
   * @param input B x the shape the layer expects
   * @param conditioning where each of the B examples is on the manifolds
   * @throws IllegalArgumentException if the input has another shape
   */
  Variable forward(Tape tape, Variable input, Conditioning conditioning);

  /** Its parameters in the order of use, each once. */
  List<Parameter> parameters();

  /**
   * Says what this layer, or each in a network, costs by every plan the device has for it, in the
   * order of use; a layer without weights to mix says nothing. Takes a while: each plan is run a
   * few times on a batch of this conditioning. Nothing of the layer changes.
   *
   * @param device where the parameters are
   * @param heard told of each layer as soon as its costs are known
   */
  default void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {}

  /** Frees the parameters; the second call does nothing. */
  @Override
  default void close() {
    parameters().forEach(Parameter::close);
  }
}
