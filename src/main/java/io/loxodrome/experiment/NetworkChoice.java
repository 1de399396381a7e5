package io.loxodrome.experiment;

import io.loxodrome.manifold.WeightManifold;
import io.loxodrome.nn.ConditioningMethod;
import io.loxodrome.nn.Initialization;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.ResNet18;
import io.loxodrome.ops.Device;
import io.loxodrome.tensor.Shape;

/** The networks that experiments train. */
public sealed interface NetworkChoice {
  /** The convolutional network of the paper. */
  record Paper() implements NetworkChoice {
    @Override
    public Layer network(
        ConditioningMethod method,
        Device device,
        WeightManifold weights,
        Shape image,
        int classes,
        Initialization initial) {
      return method.network(device, weights, image, classes, initial);
    }

    @Override
    public void requireFits(ConditioningMethod method) {}

    @Override
    public String spec() {
      return "paper-cnn";
    }
  }

  /**
   * The residual network of 18 layers, on a manifold or blind to s.
   *
   * @param width channels of its first stage, at least 1
   */
  record Residual(int width) implements NetworkChoice {
    /**
     * Checks the width.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Residual {
      if (width < 1) {
        throw new IllegalArgumentException("width is " + width + ", must be at least 1");
      }
    }

    @Override
    public Layer network(
        ConditioningMethod method,
        Device device,
        WeightManifold weights,
        Shape image,
        int classes,
        Initialization initial) {
      return ResNet18.initialized(device, weights, image, width, classes, initial);
    }

    @Override
    public void requireFits(ConditioningMethod method) {
      if (!(method instanceof ConditioningMethod.OnManifold
          || method instanceof ConditioningMethod.Blind)) {
        throw new IllegalArgumentException(
            "method %s is not there for %s, take a manifold or none"
                .formatted(method.spec(), spec()));
      }
    }

    @Override
    public String spec() {
      return "resnet18:" + width;
    }
  }

  /**
   * A new network that depends on s by a method.
   *
   * @param weights the method's manifold, or one made of several of it
   * @param image channels x height x width
   */
  Layer network(
      ConditioningMethod method,
      Device device,
      WeightManifold weights,
      Shape image,
      int classes,
      Initialization initial);

  /**
   * Refuses a method that this network does not have.
   *
   * @throws IllegalArgumentException if it is one
   */
  void requireFits(ConditioningMethod method);

  /** A text of its own for each network. */
  String spec();
}
