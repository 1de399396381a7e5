package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.Epilogue;
import io.loxodrome.ops.Activation;

/** What kernels are told of an activation. */
final class Epilogues {
  private Epilogues() {}

  static Epilogue of(Activation activation) {
    return switch (activation) {
      case NONE -> Epilogue.NONE;
      case RELU -> Epilogue.RELU;
    };
  }
}
