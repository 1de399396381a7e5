package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.Pooling;
import io.loxodrome.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The residual network of 18 layers in its form for small images, with layer normalisation in place
 * of batch normalisation, every layer of it on one manifold.
 *
 * <p>A 3 x 3 convolution with {@code width} outputs, then four stages of two blocks with {@code
 * width}, 2, 4 and 8 times {@code width} channels, then the mean over all positions and a linear
 * layer with an output per class. A block is x + f(x), f two 3 x 3 convolutions. The first
 * convolution of stages 2 to 4 has stride 2, and x is brought to its shape by a 1 x 1 convolution
 * of stride 2. Every convolution is followed by a normalisation, every normalisation by a ReLU, but
 * for those that are added up: there it follows the sum.
 */
public final class ResNet18 implements Layer {
  /** Channels of the first stage of the usual network. */
  public static final int USUAL_WIDTH = 64;

  private static final int STAGES = 4;
  private static final int BLOCKS = 2;

  private final Sequential layers;

  private ResNet18(Sequential layers) {
    this.layers = layers;
  }

  /**
   * A network with new parameters: {@code stem.conv.weight}, {@code stem.conv.bias}, {@code
   * stem.norm.gain}, {@code stem.norm.shift}, {@code stage1.block1.conv1.weight}, ... {@code
   * stage2.block1.shortcut.conv.weight}, ... {@code linear.bias}.
   *
   * @param image channels x height x width, height equal to width
   * @param width channels of the first stage, {@link #USUAL_WIDTH} in the usual network
   * @param classes c, the number of outputs
   * @throws IllegalArgumentException if the image has not three extents or is not square, or a size
   *     is not positive
   */
  public static ResNet18 initialized(
      Device device,
      WeightManifold manifold,
      Shape image,
      int width,
      int classes,
      Initialization initialization) {
    if (image.rank() != 3 || image.dimension(1) != image.dimension(2)) {
      throw new IllegalArgumentException(
          "image has shape " + image + ", expected channels x height x width, as high as wide");
    }
    Linear output = new Linear(width << (STAGES - 1), classes, Activation.NONE);
    Construction construction =
        new Construction(device, manifold, initialization, image.dimension(0), image.dimension(1));
    construction.stem(width);
    for (int stage = 1; stage <= STAGES; stage++) {
      for (int block = 1; block <= BLOCKS; block++) {
        int stride = stage > 1 && block == 1 ? 2 : 1;
        String name = "stage" + stage + ".block" + block;
        construction.block(name, width << (stage - 1), stride);
      }
    }
    return new ResNet18(construction.finish(output));
  }

  /** Adds layer upon layer, and knows what image the next one will get. */
  private static final class Construction {
    private final Device device;
    private final WeightManifold manifold;
    private final Initialization initialization;
    private final List<Layer> layers = new ArrayList<>();
    private int channels;
    private int side;

    Construction(
        Device device,
        WeightManifold manifold,
        Initialization initialization,
        int channels,
        int side) {
      this.device = device;
      this.manifold = manifold;
      this.initialization = initialization;
      this.channels = channels;
      this.side = side;
    }

    void stem(int outputs) {
      Convolution convolution = convolution(channels, outputs, side, 3, 1);
      layers.add(normalized("stem.conv", "stem.norm", convolution));
      layers.add(new Relu("stem.relu"));
      channels = outputs;
    }

    void block(String name, int outputs, int stride) {
      Convolution first = convolution(channels, outputs, side, 3, stride);
      Convolution second = convolution(outputs, outputs, first.outputHeight(), 3, 1);
      Layer body =
          Sequential.of(
              normalized(name + ".conv1", name + ".norm1", first),
              new Relu(name + ".relu"),
              normalized(name + ".conv2", name + ".norm2", second));
      layers.add(new Residual(name, body, shortcut(name, outputs, stride), Activation.RELU));
      channels = outputs;
      side = first.outputHeight();
    }

    private Layer shortcut(String name, int outputs, int stride) {
      if (stride == 1 && channels == outputs) {
        return Sequential.of();
      }
      return normalized(
          name + ".shortcut.conv",
          name + ".shortcut.norm",
          convolution(channels, outputs, side, 1, stride));
    }

    private static Convolution convolution(
        int inputs, int outputs, int side, int kernel, int stride) {
      return new Convolution(
          inputs, outputs, side, side, kernel, stride, kernel / 2, Activation.NONE, 1);
    }

    private Layer normalized(String convolution, String normalization, Convolution shape) {
      int positions = shape.outputHeight() * shape.outputWidth();
      LayerNormalization norm =
          new LayerNormalization(shape.outputs(), positions, ManifoldLayerNorm.DEFAULT_EPSILON);
      return Sequential.of(
          ManifoldConv2d.initialized(device, convolution, manifold, shape, initialization),
          ManifoldLayerNorm.initialized(device, normalization, manifold, norm, initialization));
    }

    Sequential finish(Linear output) {
      Pooling mean = new Pooling(Pooling.Kind.AVERAGE, channels, side, side, side);
      layers.add(new Pool2d("mean", mean));
      layers.add(new Flatten("flatten"));
      layers.add(ManifoldLinear.initialized(device, "linear", manifold, output, initialization));
      return new Sequential(layers);
    }
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
