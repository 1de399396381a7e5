package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.ops.Device;
import java.util.List;
import java.util.function.Consumer;

/**
 * Layers applied one after the other.
 *
 * @param layers in the order of use; one layer may stand in several places
 */
public record Sequential(List<Layer> layers) implements Layer {
  public Sequential {
    layers = List.copyOf(layers);
  }

  /** Layers applied one after the other. */
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Variable value = input;
    for (Layer layer : layers) {
      value = layer.forward(tape, value, conditioning);
    }
    return value;
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    layers.forEach(layer -> layer.planCosts(device, conditioning, heard));
  }

  @Override
  public List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).distinct().toList();
  }
}
