package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.CudaException;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What a driver has made and not yet been given back, by CUDA's handle or address. */
final class Holdings {
  /** The kinds of things, in the order in which they are given back when a driver closes. */
  enum Kind {
    GRAPH,
    EVENT,
    MODULE,
    MEMORY,
    POOLED_MEMORY,
    HOST_MEMORY,
    STREAM;

    /** Its name in a sentence. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private final Map<Kind, Set<Long>> handles = new EnumMap<>(Kind.class);

  Holdings() {
    for (Kind kind : Kind.values()) {
      handles.put(kind, new LinkedHashSet<>());
    }
  }

  private Set<Long> of(Kind kind) {
    return Objects.requireNonNull(handles.get(kind));
  }

  void add(Kind kind, long handle) {
    of(kind).add(handle);
  }

  /**
   * Forgets one thing.
   *
   * @throws CudaException if it is not among them
   */
  void remove(Kind kind, long handle) {
    if (!of(kind).remove(handle)) {
      throw new CudaException(
          "%s 0x%x is not this driver's, or was given back before".formatted(kind, handle));
    }
  }

  /** Everything of a kind, forgotten here. */
  List<Long> removeAll(Kind kind) {
    List<Long> all = List.copyOf(of(kind));
    of(kind).clear();
    return all;
  }
}
