package io.loxodrome.ptx;

import io.loxodrome.cuda.jcuda.JCudaDriver;
import java.util.Optional;

/** The GPU that launches are repeated on where {@code -Dloxodrome.test.gpu=true} asks for that. */
final class Gpu {
  private static Optional<SecondDevice> device = Optional.empty();

  private Gpu() {}

  /**
   * The GPU, opened once for all tests.
   *
   * @throws io.loxodrome.cuda.CudaException if it is asked for and there is none
   */
  static synchronized Optional<SecondDevice> second() {
    if (device.isEmpty() && Boolean.getBoolean("loxodrome.test.gpu")) {
      device = Optional.of(new SecondDevice(JCudaDriver.open(0)));
    }
    return device;
  }
}
