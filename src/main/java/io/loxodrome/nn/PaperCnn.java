package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The convolutional network of Walking the Weight Manifold, every layer of it on one manifold.
 *
 * <p>Three convolutions with 32, 64 and 128 outputs, kernel 3 and the image's size kept, each with
 * a ReLU and 2 x 2 max pooling; then, flattened, a linear layer of 512 with a ReLU and one with an
 * output per class. Pooling leaves out an odd last row or column, so an image of 28 x 28 ends as
 * 128 x 3 x 3.
 */
public final class PaperCnn implements Layer {
  private final Sequential layers;

  private PaperCnn(Sequential layers) {
    this.layers = layers;
  }

  /**
   * A network with new parameters: {@code conv1.weight}, {@code conv1.bias}, ... {@code conv3},
   * {@code linear1}, {@code linear2}.
   *
   * @param image channels x height x width, height and width at least 8
   * @param classes c, the number of outputs
   * @throws IllegalArgumentException if the image has not three extents or is too small
   */
  public static PaperCnn initialized(
      Device device,
      WeightManifold manifold,
      Shape image,
      int classes,
      Initialization initialization) {
    return of(device, manifold, PaperShapes.of(image, classes), initialization);
  }

  /**
   * The same network with all its channels scaled alike, so that one basis point has about as many
   * parameters as {@code basisSize} of the paper's own.
   *
   * @param basisSize at least 1
   */
  public static PaperCnn widened(
      Device device,
      WeightManifold manifold,
      Shape image,
      int classes,
      int basisSize,
      Initialization initialization) {
    PaperShapes shapes = PaperShapes.widened(image, classes, basisSize);
    return of(device, manifold, shapes, initialization);
  }

  private static PaperCnn of(
      Device device, WeightManifold manifold, PaperShapes shapes, Initialization initialization) {
    List<Layer> layers = new ArrayList<>();
    for (Convolution convolution : shapes.convolutions()) {
      String name = "conv" + (layers.size() + 1);
      layers.add(ManifoldConv2d.initialized(device, name, manifold, convolution, initialization));
    }
    layers.add(new Flatten("flatten"));
    layers.add(
        ManifoldLinear.initialized(device, "linear1", manifold, shapes.hidden(), initialization));
    layers.add(
        ManifoldLinear.initialized(device, "linear2", manifold, shapes.output(), initialization));
    return new PaperCnn(new Sequential(layers));
  }

  /** Logits, B x c, from images, B x channels x height x width. */
  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    return layers.forward(tape, input, conditioning);
  }

  @Override
  public void planCosts(Device device, Conditioning conditioning, Consumer<LayerCosts> heard) {
    layers.planCosts(device, conditioning, heard);
  }

  @Override
  public List<Parameter> parameters() {
    return layers.parameters();
  }
}
