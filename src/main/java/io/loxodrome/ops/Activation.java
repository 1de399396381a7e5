package io.loxodrome.ops;

/** What a layer applies to its mixed pre-activations. */
public enum Activation {
  NONE,
  /** max(0, z); NaN stays NaN, so that numbers gone bad reach the loss. */
  RELU;

  /** What it adds to a layer's description. */
  String description() {
    return switch (this) {
      case NONE -> "";
      case RELU -> ", ReLU";
    };
  }
}
