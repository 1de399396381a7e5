package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The paper's network with a side input that joins the flattened features. */
final class JoinedCnn implements Layer {
  private final Sequential convolutions;
  private final SideInput side;
  private final JoinedLinear hidden;
  private final ManifoldLinear output;

  /** A network with the parameters of {@link PaperCnn}, {@code linear1.side} and the side's own. */
  JoinedCnn(
      Device device,
      WeightManifold manifold,
      PaperShapes shapes,
      SideInput side,
      Initialization initialization) {
    List<Layer> layers = new ArrayList<>();
    for (Convolution convolution : shapes.convolutions()) {
      String name = "conv" + (layers.size() + 1);
      layers.add(ManifoldConv2d.initialized(device, name, manifold, convolution, initialization));
    }
    layers.add(new Flatten("flatten"));
    this.convolutions = new Sequential(layers);
    this.side = side;
    Linear joined = shapes.hidden();
    this.hidden =
        new JoinedLinear(
            device,
            "linear1",
            manifold,
            joined.inputs(),
            side.size(),
            joined.outputs(),
            initialization);
    this.output =
        ManifoldLinear.initialized(device, "linear2", manifold, shapes.output(), initialization);
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    Variable features = convolutions.forward(tape, input, conditioning);
    Variable told = side.forward(tape, conditioning);
    Variable joined = hidden.forward(tape, features, told, conditioning);
    return output.forward(tape, joined, conditioning);
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    convolutions.planCosts(device, conditioning, heard);
    output.planCosts(device, conditioning, heard);
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(
            convolutions.parameters(), side.parameters(), hidden.parameters(), output.parameters())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public void close() {
    convolutions.close();
    side.close();
    hidden.close();
    output.close();
  }
}
