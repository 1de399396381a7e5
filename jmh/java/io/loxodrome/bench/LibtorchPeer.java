package io.loxodrome.bench;

import ai.djl.engine.Engine;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.Parameter;
import java.util.List;
import java.util.Locale;

/**
 * A network the peer trains.
 *
 * @param name for people
 * @param manifold its parameters lie on
 * @param convolution the plan of its convolutions
 * @param linear the plan of its linear layers
 */
record LibtorchPeer(
    String name, WeightManifold manifold, LibtorchPlan convolution, LibtorchPlan linear) {
  /**
   * Reads a peer from a text such as {@code ellipse/grouped/outputs}: the manifold, the
   * convolutions' plan and the linear layers'.
   */
  static LibtorchPeer parse(String name, String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "peer '" + text + "' has not the form manifold/convolution plan/linear plan");
    }
    return new LibtorchPeer(name, WeightManifold.parse(parts[0]), plan(parts[1]), plan(parts[2]));
  }

  private static LibtorchPlan plan(String name) {
    return LibtorchPlan.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /**
   * Its step.
   *
   * @param initial weight and bias of each layer in the order of use, on the same manifold
   */
  Step step(Engine engine, Batch batch, List<Parameter> initial) {
    return new LibtorchCnn(engine, this, batch, initial);
  }
}
