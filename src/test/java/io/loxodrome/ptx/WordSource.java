package io.loxodrome.ptx;

/** What sparse memory holds where nothing was written. */
@FunctionalInterface
public interface WordSource {
  /** The 4 bytes at 4 * index, counted from the start of the allocation. */
  int word(long index);
}
