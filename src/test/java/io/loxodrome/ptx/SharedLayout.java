package io.loxodrome.ptx;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where the variables of a kernel lie in its shared memory. */
final class SharedLayout {
  private final Map<Variable, Integer> offsets = new LinkedHashMap<>();
  private int staticBytes;
  private int dynamicOffset = -1;

  /** A variable's offset; it gets its place when it is first asked for. */
  int offset(Variable variable) {
    return offsets.computeIfAbsent(variable, this::place);
  }

  private int place(Variable variable) {
    int step = variable.alignment();
    int at = (staticBytes + step - 1) / step * step;
    staticBytes = at + variable.bytes();
    return at;
  }

  /** Where memory whose size the launch says begins, known once all variables have their place. */
  void placeDynamic(int alignment) {
    dynamicOffset = (staticBytes + alignment - 1) / alignment * alignment;
  }

  int dynamicOffset() {
    return dynamicOffset;
  }

  /** Bytes of a launch with so many bytes of dynamic memory. */
  int bytes(int dynamicBytes) {
    return dynamicOffset < 0 || dynamicBytes == 0
        ? staticBytes + dynamicBytes
        : dynamicOffset + dynamicBytes;
  }

  /** What lies at an offset, for people. */
  String describe(long offset) {
    for (Map.Entry<Variable, Integer> entry : offsets.entrySet()) {
      long within = offset - entry.getValue();
      if (within >= 0 && within < entry.getKey().bytes()) {
        return "byte %d of %s".formatted(within, entry.getKey().name());
      }
    }
    return dynamicOffset >= 0 && offset >= dynamicOffset
        ? "byte %d of dynamic shared memory".formatted(offset - dynamicOffset)
        : "in no variable";
  }
}
