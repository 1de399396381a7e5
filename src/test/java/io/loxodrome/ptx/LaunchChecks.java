package io.loxodrome.ptx;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.cuda.LaunchShape;
import java.util.List;

/** What must hold before a kernel is launched. */
final class LaunchChecks {
  private LaunchChecks() {}

  /**
   * Refuses arguments that are not what the entry declares and shapes that it or the device does
   * not take.
   */
  static void require(
      EntryCode code, LaunchShape shape, Arguments arguments, DeviceProperties device) {
    String kernel = code.name();
    require(kernel, "blocks along x", shape.blocksX(), 1, device.blocksX());
    require(kernel, "blocks along y", shape.blocksY(), 1, device.blocksY());
    require(kernel, "blocks along z", shape.blocksZ(), 1, device.blocksZ());
    require(kernel, "threads per block", shape.threads(), 1, device.threadsPerBlock());
    int least = code.entry.exactThreads() ? code.entry.mostThreads() : 1;
    require(kernel, "threads per block", shape.threads(), least, code.entry.mostThreads());
    require(
        kernel, "bytes of dynamic shared memory", shape.sharedBytes(), 0, Integer.MAX_VALUE / 2);
    require(
        kernel,
        "bytes of shared memory",
        code.shared.bytes(shape.sharedBytes()),
        0,
        device.sharedBytesPerBlock());
    requireArguments(code, arguments);
  }

  private static void require(String kernel, String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new CudaException(
          "kernel %s: launched with %d %s, takes %d to %d"
              .formatted(kernel, value, what, least, most));
    }
  }

  private static void requireArguments(EntryCode code, Arguments arguments) {
    List<Parameter> parameters = code.entry.parameters();
    if (arguments.count() != parameters.size()) {
      throw new CudaException(
          "kernel %s: launched with %d arguments, has %d parameters"
              .formatted(code.name(), arguments.count(), parameters.size()));
    }
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      if (arguments.offset(i) != parameter.offset()) {
        throw new CudaException(
            "kernel %s: argument %d is at byte %d, parameter %s is at byte %d"
                .formatted(
                    code.name(), i, arguments.offset(i), parameter.name(), parameter.offset()));
      }
    }
    int bytes = arguments.bytes().remaining();
    if (bytes != code.entry.parameterBytes()) {
      throw new CudaException(
          "kernel %s: launched with %d bytes of arguments, its parameters have %d"
              .formatted(code.name(), bytes, code.entry.parameterBytes()));
    }
  }
}
