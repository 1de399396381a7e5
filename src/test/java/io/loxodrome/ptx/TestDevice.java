package io.loxodrome.ptx;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.KernelModule;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/** A {@link PtxDriver} with what every test of a hand-written kernel does to it. */
final class TestDevice implements AutoCloseable {
  private final PtxDriver driver;

  /** A device that runs blocks and warps in the order that the seed says. */
  TestDevice(long seed) {
    driver = new PtxDriver(seed);
  }

  PtxDriver driver() {
    return driver;
  }

  /** Memory that holds these numbers. */
  long holding(int... values) {
    long address = blank(values.length);
    ByteBuffer source = bytes(values.length);
    for (int value : values) {
      source.putInt(value);
    }
    driver.write(source.flip(), address, Stream.DEFAULT);
    return address;
  }

  /** Memory that holds first, first + 1, ... */
  long counting(int first, int count) {
    return holding(IntStream.range(first, first + count).toArray());
  }

  /** Memory for so many words that nothing has been written to. */
  long blank(int words) {
    return driver.allocate((long) words * Integer.BYTES);
  }

  /** The words at an address, each of which must have been written. */
  int[] words(long address, int count) {
    ByteBuffer target = bytes(count);
    driver.read(address, target, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    target.clear();
    return IntStream.range(0, count).map(i -> target.getInt()).toArray();
  }

  private static ByteBuffer bytes(int words) {
    return ByteBuffer.allocate(words * Integer.BYTES).order(ByteOrder.nativeOrder());
  }

  /** Loads the kernel and launches it. */
  void run(SmallKernel kernel, LaunchShape shape, Arguments arguments) {
    KernelModule module = driver.load(kernel.name() + ".ptx", kernel.text());
    Kernel entry = driver.kernel(module, kernel.name());
    driver.launch(entry, shape, arguments, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    driver.unload(module);
  }

  /** Loads the kernel, launches it with addresses alone, and says what it counted. */
  Counts count(SmallKernel kernel, LaunchShape shape, long... addresses) {
    run(kernel, shape, addresses(kernel, addresses));
    List<LaunchRecord> launches = driver.takeLaunches();
    return launches.get(launches.size() - 1).counts();
  }

  /** Arguments that are all addresses, of any alignment. */
  static Arguments addresses(SmallKernel kernel, long... addresses) {
    Arguments arguments = Arguments.of(kernel.name());
    for (long address : addresses) {
      arguments.address("address " + arguments.count(), address, 1);
    }
    return arguments;
  }

  @Override
  public void close() {
    driver.close();
  }
}
