package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import java.util.List;

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

  /** Frees the parameters; the second call does nothing. */
  @Override
  default void close() {
    parameters().forEach(Parameter::close);
  }
}
