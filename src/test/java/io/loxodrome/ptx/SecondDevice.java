package io.loxodrome.ptx;

import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.KernelFile;
import io.loxodrome.cuda.KernelModule;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Repeats launches of the kernels that ship on another device, from the same memory, and compares
 * what both leave there: the same bits, or nearly the same numbers where the PTX is approximate.
 *
 * <p>Passed over are launches of single blocks, on memory that is only simulated, on more of it
 * than is worth copying, or of a shape that the other device does not take.
 */
final class SecondDevice {
  private static final byte FILLING = (byte) 0xC3;
  private static final long MOST_BYTES = 64 << 20;

  private final Driver driver;
  private final Map<String, Kernel> kernels = new HashMap<>();
  private final Map<String, Boolean> approximate = new HashMap<>();
  private long compared;
  private long passedOver;

  SecondDevice(Driver driver) {
    this.driver = driver;
  }

  /** A launch before it ran, and the memory that it can reach. */
  final class Repetition {
    private final String file;
    private final EntryCode code;
    private final LaunchShape shape;
    private final byte[] parameters;
    private final List<Region> regions;
    private final List<Snapshot> before;

    private Repetition(
        String file, EntryCode code, LaunchShape shape, byte[] parameters, List<Region> regions) {
      this.file = file;
      this.code = code;
      this.shape = shape;
      this.parameters = parameters;
      this.regions = regions;
      this.before = regions.stream().map(Snapshot::of).toList();
    }

    /** Runs it on the other device; to be called when it has run on the first. */
    void compare() {
      List<Long> blocks = new ArrayList<>();
      try {
        before.forEach(snapshot -> blocks.add(upload(snapshot)));
        driver.launch(kernel(file, code.name()), shape, arguments(blocks), Stream.DEFAULT);
        driver.synchronize(Stream.DEFAULT);
        for (int i = 0; i < blocks.size(); i++) {
          byte[] here = Snapshot.of(regions.get(i)).filled(FILLING);
          require(regions.get(i), here, download(blocks.get(i), here.length));
        }
      } finally {
        blocks.forEach(driver::free);
      }
      compared++;
    }

    private Arguments arguments(List<Long> blocks) {
      ByteBuffer bytes = ByteBuffer.wrap(parameters).order(ByteOrder.nativeOrder());
      Arguments arguments = Arguments.of(code.name());
      for (Parameter parameter : code.entry.parameters()) {
        if (parameter.bytes() == Long.BYTES) {
          arguments.bits64(elsewhere(bytes.getLong(parameter.offset()), blocks));
        } else {
          int value = bytes.getInt(parameter.offset());
          arguments.int32(parameter.name(), value, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
      }
      return arguments;
    }

    private long elsewhere(long value, List<Long> blocks) {
      for (int i = 0; i < blocks.size(); i++) {
        if (regions.get(i).covers(value, 0)) {
          return blocks.get(i) + value - regions.get(i).begin;
        }
      }
      return value;
    }

    private void require(Region region, byte[] expected, byte[] there) {
      for (int i = Arrays.mismatch(expected, there);
          i >= 0;
          i = nextMismatch(expected, there, i + 1)) {
        int at = i / Integer.BYTES * Integer.BYTES;
        int ours = word(expected, at);
        int theirs = word(there, at);
        if (!approximate.getOrDefault(file, false) || !Nearness.of(ours, theirs)) {
          throw new AssertionError(
              "kernel %s, %s: byte %d of the allocation at 0x%x is in word 0x%08x (%s) here and 0x%08x (%s) on %s"
                  .formatted(
                      code.name(),
                      shape,
                      i,
                      region.begin,
                      ours,
                      Float.intBitsToFloat(ours),
                      theirs,
                      Float.intBitsToFloat(theirs),
                      driver.device().name()));
        }
      }
    }
  }

  private static int nextMismatch(byte[] first, byte[] second, int from) {
    int at = Arrays.mismatch(first, from, first.length, second, from, second.length);
    return at < 0 ? -1 : from + at;
  }

  private static int word(byte[] bytes, int at) {
    byte[] word = Arrays.copyOfRange(bytes, at, at + Integer.BYTES);
    return ByteBuffer.wrap(word).order(ByteOrder.nativeOrder()).getInt();
  }

  /** What must be kept of a launch that is about to run, if it can be repeated. */
  Optional<Repetition> prepare(
      String file, EntryCode code, LaunchShape shape, byte[] parameters, GlobalMemory memory) {
    List<Region> regions = new ArrayList<>();
    if (!ships(file) || !fits(shape) || !reachable(code, parameters, memory, regions)) {
      passedOver++;
      return Optional.empty();
    }
    return Optional.of(new Repetition(file, code, shape, parameters, regions));
  }

  private static boolean ships(String file) {
    return Arrays.stream(KernelFile.values()).anyMatch(known -> known.fileName().equals(file));
  }

  private boolean fits(LaunchShape shape) {
    DeviceProperties device = driver.device();
    return shape.blocksX() <= device.blocksX()
        && shape.blocksY() <= device.blocksY()
        && shape.blocksZ() <= device.blocksZ();
  }

  /** Collects the allocations that arguments point into; false if one cannot be copied. */
  private static boolean reachable(
      EntryCode code, byte[] parameters, GlobalMemory memory, List<Region> regions) {
    ByteBuffer bytes = ByteBuffer.wrap(parameters).order(ByteOrder.nativeOrder());
    for (Parameter parameter : code.entry.parameters()) {
      Region region =
          parameter.bytes() == Long.BYTES
              ? memory.find(bytes.getLong(parameter.offset()), 0)
              : null;
      if (region instanceof Region.Sparse || (region != null && region.bytes > MOST_BYTES)) {
        return false;
      }
      if (region != null && !regions.contains(region)) {
        regions.add(region);
      }
    }
    return true;
  }

  private Kernel kernel(String file, String entry) {
    return kernels.computeIfAbsent(
        entry,
        name -> {
          KernelFile source =
              Arrays.stream(KernelFile.values())
                  .filter(known -> known.fileName().equals(file))
                  .findAny()
                  .orElseThrow();
          approximate.put(file, source.ptx().contains(".approx."));
          KernelModule module = driver.load(file, source.ptx());
          return driver.kernel(module, name);
        });
  }

  private long upload(Snapshot snapshot) {
    byte[] bytes = snapshot.filled(FILLING);
    long block = driver.allocate(bytes.length);
    driver.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), block, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    return block;
  }

  private byte[] download(long block, int bytes) {
    ByteBuffer content = ByteBuffer.allocateDirect(bytes);
    driver.read(block, content, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    byte[] result = new byte[bytes];
    content.flip().get(result);
    return result;
  }

  /** Launches that left the same on both devices. */
  long compared() {
    return compared;
  }

  /** Launches that were not repeated. */
  long passedOver() {
    return passedOver;
  }
}
