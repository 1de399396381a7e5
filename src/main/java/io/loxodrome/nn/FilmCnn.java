package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The paper's network with every convolution's channels modulated by a side input. */
final class FilmCnn implements Layer {
  private final SideInput side;
  private final List<Layer> convolutions = new ArrayList<>();
  private final List<FilmBlock> films = new ArrayList<>();
  private final Sequential head;

  /**
   * A network with the parameters of {@link PaperCnn}, those of the side input, and {@code
   * film1.gain.weight}, ... {@code film3.shift.bias}.
   */
  FilmCnn(
      Device device,
      WeightManifold manifold,
      PaperShapes shapes,
      SideInput side,
      Initialization initialization) {
    this.side = side;
    for (Convolution shape : shapes.convolutions()) {
      int number = convolutions.size() + 1;
      convolutions.add(
          ManifoldConv2d.initialized(device, "conv" + number, manifold, shape, initialization));
      films.add(
          new FilmBlock(
              device, "film" + number, manifold, side.size(), shape.outputs(), initialization));
    }
    this.head =
        Sequential.of(
            new Flatten("flatten"),
            ManifoldLinear.initialized(
                device, "linear1", manifold, shapes.hidden(), initialization),
            ManifoldLinear.initialized(
                device, "linear2", manifold, shapes.output(), initialization));
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Variable told = side.forward(tape, conditioning);
    Variable value = input;
    for (int i = 0; i < films.size(); i++) {
      Variable features = convolutions.get(i).forward(tape, value, conditioning);
      value = films.get(i).forward(tape, features, told, conditioning);
    }
    return head.forward(tape, value, conditioning);
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    convolutions.forEach(layer -> layer.planCosts(device, conditioning, heard));
    head.planCosts(device, conditioning, heard);
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>(side.parameters());
    for (int i = 0; i < films.size(); i++) {
      parameters.addAll(convolutions.get(i).parameters());
      parameters.addAll(films.get(i).parameters());
    }
    parameters.addAll(head.parameters());
    return List.copyOf(parameters);
  }

  @Override
  public void close() {
    side.close();
    convolutions.forEach(Layer::close);
    films.forEach(FilmBlock::close);
    head.close();
  }
}
