package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A module as a device holds it: its kernels decoded, its variables in memory. */
final class LoadedModule {
  private record Decoded(String ptx, Map<String, EntryCode> entries) {}

  /**
   * By name, the kernels of the last module without variables in global memory: they hold nothing
   * of a device, so the same text is decoded once for all of them.
   */
  private static final Map<String, Decoded> DECODED = new ConcurrentHashMap<>();

  private final String name;
  private final Map<String, EntryCode> entries;
  private final List<Region> regions = new ArrayList<>();
  private byte[] constants = new byte[0];

  /**
   * Parses, decodes and puts variables in place.
   *
   * @throws CudaException naming the file, the line and what is not known there
   */
  LoadedModule(String name, String ptx, GlobalMemory memory) {
    this.name = name;
    Decoded known = DECODED.get(name);
    if (known != null && known.ptx().equals(ptx)) {
      entries = known.entries();
    } else {
      entries = decode(PtxParser.parse(name, ptx), memory);
      if (regions.isEmpty()) {
        DECODED.put(name, new Decoded(ptx, entries));
      }
    }
  }

  private Map<String, EntryCode> decode(PtxModule module, GlobalMemory memory) {
    Map<Variable, Long> addresses = place(module.variables(), memory);
    Map<String, EntryCode> decoded = new HashMap<>();
    for (Entry entry : module.entries()) {
      if (decoded.put(entry.name(), EntryDecoder.decode(entry, addresses, constants)) != null) {
        throw new CudaException(
            "%s, line %d: kernel %s stands there twice"
                .formatted(name, entry.line(), entry.name()));
      }
    }
    return Map.copyOf(decoded);
  }

  private Map<Variable, Long> place(List<Variable> variables, GlobalMemory memory) {
    Map<Variable, Long> addresses = new HashMap<>();
    for (Variable variable : variables) {
      if (variable.space() == Space.GLOBAL) {
        Region region = memory.allocateVariable(variable.name(), variable.bytes());
        region.write(
            region.begin, ByteBuffer.wrap(variable.initial()).order(ByteOrder.LITTLE_ENDIAN));
        regions.add(region);
        addresses.put(variable, region.begin);
      } else if (variable.space() == Space.CONST) {
        int step = variable.alignment();
        int at = (constants.length + step - 1) / step * step;
        constants = Arrays.copyOf(constants, at + variable.bytes());
        System.arraycopy(variable.initial(), 0, constants, at, variable.bytes());
        addresses.put(variable, Space.CONST.begin() + at);
      }
    }
    return addresses;
  }

  /** The file's name. */
  String name() {
    return name;
  }

  /** The kernel of that name. */
  EntryCode entry(String entry) {
    EntryCode code = entries.get(entry);
    if (code == null) {
      throw new CudaException(
          "%s has no kernel %s, only %s".formatted(name, entry, entries.keySet()));
    }
    return code;
  }

  /** Gives the variables' memory back. */
  void unload(GlobalMemory memory) {
    regions.forEach(memory::freeVariable);
    regions.clear();
  }
}
