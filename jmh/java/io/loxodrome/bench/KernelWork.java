package io.loxodrome.bench;

import io.loxodrome.cuda.Stream;
import java.util.function.Function;

/**
 * A kernel at one shape.
 *
 * @param name what it does
 * @param shape for people
 * @param bytes that one launch has to move, reads and writes together
 * @param setUp allocates one set of the arrays it works on, and gives a launch on them
 */
record KernelWork(String name, String shape, long bytes, Function<DeviceArrays, Launch> setUp) {
  /** One launch on one set of arrays. */
  @FunctionalInterface
  interface Launch {
    void on(Stream stream);
  }
}
