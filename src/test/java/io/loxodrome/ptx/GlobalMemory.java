package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The device's memory: allocations with unmapped space between them, at addresses used once. */
final class GlobalMemory {
  private static final int ALIGNMENT = 256;
  private static final long GUARD = 1L << 28;
  private static final long CAPACITY = 1L << 34;

  private final TreeMap<Long, Region> regions = new TreeMap<>();
  private final TreeMap<Long, Region> freed = new TreeMap<>();

  // An odd multiple of the alignment, so that nothing is aligned better than was promised.
  private long next = Space.GLOBAL.begin() + GUARD + ALIGNMENT;
  private long bytesInUse;

  Region allocate(long bytes) {
    if (bytes > CAPACITY - bytesInUse) {
      throw new CudaException(
          "out of memory: %d bytes asked for, %d of %d in use"
              .formatted(bytes, bytesInUse, CAPACITY));
    }
    bytesInUse += bytes;
    return add(new Region.Dense(this, next, bytes, "allocation"));
  }

  Region allocateSparse(long bytes, WordSource source) {
    return add(new Region.Sparse(this, next, bytes, source));
  }

  /** Memory of a module, which goes with it. */
  Region allocateVariable(String name, long bytes) {
    return add(new Region.Dense(this, next, bytes, "variable " + name));
  }

  private Region add(Region region) {
    regions.put(region.begin, region);
    next += (region.bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + GUARD;
    next = next / (2 * ALIGNMENT) * (2 * ALIGNMENT) + ALIGNMENT;
    return region;
  }

  /** Gives back an allocation that starts there. */
  void free(long address) {
    Region region = regions.remove(address);
    if (region == null) {
      throw new CudaException(
          "free of 0x%x, which no allocation starts at: %s".formatted(address, describe(address)));
    }
    if (region instanceof Region.Dense) {
      bytesInUse -= region.bytes;
    }
    region.free();
    freed.put(address, region);
  }

  /** Gives back what {@link #allocateVariable} returned. */
  void freeVariable(Region region) {
    regions.remove(region.begin);
    region.free();
    freed.put(region.begin, region);
  }

  /** Bytes of ordinary and sparse allocations that were not freed. */
  long bytesInUse() {
    long sparse =
        regions.values().stream()
            .filter(Region.Sparse.class::isInstance)
            .mapToLong(region -> region.bytes)
            .sum();
    return bytesInUse + sparse;
  }

  /** The allocation that holds all of a range, or null. */
  @Nullable Region find(long address, long length) {
    Map.Entry<Long, Region> below = regions.floorEntry(address);
    return below != null && below.getValue().covers(address, length) ? below.getValue() : null;
  }

  /** The allocation that holds all of a range that the host names. */
  Region require(String what, long address, long length) {
    Region region = find(address, length);
    if (region == null) {
      throw new CudaException(
          "%s of %d bytes at 0x%x: %s".formatted(what, length, address, describe(address)));
    }
    return region;
  }

  /** Where an address lies, for people. */
  String describe(long address) {
    Region nearest = null;
    long least = Long.MAX_VALUE;
    for (TreeMap<Long, Region> map : List.of(regions, freed)) {
      for (Map.Entry<Long, Region> entry :
          Arrays.asList(map.floorEntry(address), map.ceilingEntry(address))) {
        if (entry != null && distance(entry.getValue(), address) < least) {
          nearest = entry.getValue();
          least = distance(nearest, address);
        }
      }
    }
    if (nearest == null) {
      return "address 0x%x, nothing is allocated".formatted(address);
    }
    long offset = address - nearest.begin;
    if (offset < 0) {
      return "address 0x%x, %d bytes before the %s".formatted(address, -offset, nearest);
    }
    if (offset >= nearest.bytes) {
      return "address 0x%x, %d bytes behind the end of the %s"
          .formatted(address, offset - nearest.bytes, nearest);
    }
    return "address 0x%x, byte %d of the %s".formatted(address, offset, nearest);
  }

  /** Where an offset in a page lies, for people. */
  String describe(Page page, long offset) {
    for (Region region : regions.values()) {
      long address = region.addressOf(page);
      if (address != 0) {
        return describe(address + offset);
      }
    }
    return "byte %d of a page that was freed".formatted(offset);
  }

  private static long distance(Region region, long address) {
    if (address < region.begin) {
      return region.begin - address;
    }
    return Math.max(0, address - (region.begin + region.bytes - 1));
  }
}
