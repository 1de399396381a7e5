package io.loxodrome.bench;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import java.util.List;

/** The layers of {@link io.loxodrome.nn.PaperCnn} on 3 x 32 x 32 images of 10 classes, by name. */
final class PaperLayers {
  static final List<String> CONVOLUTIONS = List.of("conv1", "conv2", "conv3");
  static final List<String> LINEAR = List.of("linear1", "linear2");

  private PaperLayers() {}

  /** A convolution with its ReLU and pooling. */
  static Convolution convolution(String name) {
    Convolution plain =
        switch (name) {
          case "conv1" -> Convolution.same(3, 32, 32, 32, 3);
          case "conv2" -> Convolution.same(32, 64, 16, 16, 3);
          case "conv3" -> Convolution.same(64, 128, 8, 8, 3);
          default -> throw unknown(name);
        };
    return plain.activated(Activation.RELU).pooled(2);
  }

  static Linear linear(String name) {
    return switch (name) {
      case "linear1" -> new Linear(2048, 512, Activation.RELU);
      case "linear2" -> new Linear(512, 10, Activation.NONE);
      default -> throw unknown(name);
    };
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "the network has no layer '" + name + "', it has " + CONVOLUTIONS + " and " + LINEAR);
  }
}
