package io.loxodrome.ops.reference;

import io.loxodrome.ops.Activation;

/** The activations and their derivatives; a NaN goes through forward, never to 0. */
final class Activations {
  private Activations() {}

  static double apply(Activation activation, double z) {
    return switch (activation) {
      case NONE -> z;
      case RELU -> Math.max(0, z);
    };
  }

  /**
   * The gradient before the activation from {@code gradient} behind it, where it gave {@code y}.
   */
  static double backward(Activation activation, double y, double gradient) {
    return switch (activation) {
      case NONE -> gradient;
      case RELU -> y > 0 ? gradient : 0;
    };
  }
}
