package io.loxodrome.ptx;

import io.loxodrome.cuda.CudaException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An allocation of global memory, in pages that are made when they are touched. */
abstract sealed class Region {
  final GlobalMemory owner;
  final long begin;
  final long bytes;
  boolean alive = true;

  private final String what;

  private Region(GlobalMemory owner, long begin, long bytes, String what) {
    this.owner = owner;
    this.begin = begin;
    this.bytes = bytes;
    this.what = what;
  }

  /** The page of that index, counted from the start of the allocation. */
  abstract Page page(long index);

  /** The address at which a page starts, or 0 if it is none of this allocation's. */
  abstract long addressOf(Page page);

  /** Gives the memory back. */
  void free() {
    alive = false;
  }

  final boolean covers(long address, long length) {
    long offset = address - begin;
    return alive && offset >= 0 && length >= 0 && offset <= bytes - length;
  }

  @Override
  public String toString() {
    return "%s%s of %d bytes at 0x%x".formatted(alive ? "" : "freed ", what, bytes, begin);
  }

  /** Ordinary memory. */
  static final class Dense extends Region {
    private @Nullable Page[] pages;

    Dense(GlobalMemory owner, long begin, long bytes, String what) {
      super(owner, begin, bytes, what);
      pages = new Page[Math.toIntExact((bytes + Page.BYTES - 1) >>> Page.SHIFT)];
    }

    @Override
    Page page(long index) {
      Page page = pages[(int) index];
      if (page == null) {
        page = new Page();
        pages[(int) index] = page;
      }
      return page;
    }

    @Override
    long addressOf(Page page) {
      for (int i = 0; i < pages.length; i++) {
        if (pages[i] == page) {
          return begin + ((long) i << Page.SHIFT);
        }
      }
      return 0;
    }

    @Override
    void free() {
      super.free();
      pages = new Page[0];
    }
  }

  /** Memory of any size that holds what a source says until it is written. */
  static final class Sparse extends Region {
    private final WordSource source;
    private final Map<Long, Page> pages = new HashMap<>();
    private long lastIndex = -1;
    private @Nullable Page last;

    Sparse(GlobalMemory owner, long begin, long bytes, WordSource source) {
      super(owner, begin, bytes, "sparse allocation");
      this.source = source;
    }

    @Override
    Page page(long index) {
      Page page = last;
      if (page == null || index != lastIndex) {
        page = pages.computeIfAbsent(index, key -> new Page(source, key << (Page.SHIFT - 2)));
        last = page;
        lastIndex = index;
      }
      return page;
    }

    @Override
    long addressOf(Page page) {
      for (Map.Entry<Long, Page> entry : pages.entrySet()) {
        if (entry.getValue() == page) {
          return begin + (entry.getKey() << Page.SHIFT);
        }
      }
      return 0;
    }

    @Override
    void free() {
      super.free();
      pages.clear();
      last = null;
    }
  }

  // What the host does. Ranges lie within the allocation.

  /** Work on one page's part of a range. */
  @FunctionalInterface
  private interface Piece {
    void accept(Page page, int at, int length);
  }

  private void pieces(long address, long length, Piece work) {
    long offset = address - begin;
    long end = offset + length;
    while (offset < end) {
      int at = (int) (offset & (Page.BYTES - 1));
      int piece = (int) Math.min(Page.BYTES - at, end - offset);
      Page page = page(offset >>> Page.SHIFT);
      page.fit(granularity(at, piece));
      work.accept(page, at, piece);
      offset += piece;
    }
  }

  private static int granularity(int at, int length) {
    return 1 << Math.min(2, Integer.numberOfTrailingZeros(at | length));
  }

  final void write(long address, ByteBuffer source) {
    pieces(
        address,
        source.remaining(),
        (page, at, length) -> {
          int size = granularity(at, length);
          for (int i = at; i < at + length; i += size) {
            page.put(i, size, next(source, size));
          }
          page.stampWrites(at, length, 0);
        });
  }

  private static long next(ByteBuffer source, int size) {
    return switch (size) {
      case 1 -> source.get();
      case 2 -> source.getShort();
      default -> source.getInt();
    };
  }

  final void read(long address, ByteBuffer target) {
    long[] position = {address};
    pieces(
        address,
        target.remaining(),
        (page, at, length) -> {
          int size = granularity(at, length);
          for (int i = at; i < at + length; i += size) {
            if (page.writes[i >>> page.shift] == Stamp.UNINITIALIZED) {
              throw new PtxFault(
                  "the host reads uninitialised memory at 0x%x: byte %d of %s"
                      .formatted(position[0], position[0] - begin, this));
            }
            long bits = page.bits(i, size);
            switch (size) {
              case 1 -> target.put((byte) bits);
              case 2 -> target.putShort((short) bits);
              default -> target.putInt((int) bits);
            }
            position[0] += size;
          }
        });
  }

  final void fill(long address, long length, byte value) {
    int word = (value & 0xff) * 0x01010101;
    pieces(
        address,
        length,
        (page, at, piece) -> {
          if (granularity(at, piece) == 4) {
            Arrays.fill(page.words, at >>> 2, (at + piece) >>> 2, word);
          } else {
            for (int i = at; i < at + piece; i++) {
              page.put(i, 1, value);
            }
          }
          page.stampWrites(at, piece, 0);
        });
  }

  final void poison(long address, long length) {
    pieces(address, length, (page, at, piece) -> page.stampWrites(at, piece, Stamp.UNINITIALIZED));
  }

  /** Copies from another place; what is uninitialised there becomes so here. */
  final void copy(long address, Region source, long from, long length) {
    if (source == this && Math.abs(address - from) < length) {
      throw new CudaException(
          "copy of %d bytes from 0x%x to 0x%x: the ranges overlap"
              .formatted(length, from, address));
    }
    long[] at = {from - source.begin};
    pieces(
        address,
        length,
        (page, to, piece) -> {
          int size = (at[0] & 3) == 0 ? granularity(to, piece) : 1;
          page.fit(size);
          for (int i = to; i < to + piece; i += size) {
            Page origin = source.page(at[0] >>> Page.SHIFT);
            origin.fit(size);
            int offset = (int) (at[0] & (Page.BYTES - 1));
            page.put(i, size, origin.bits(offset, size));
            boolean unknown = origin.writes[offset >>> origin.shift] == Stamp.UNINITIALIZED;
            page.stampWrites(i, size, unknown ? Stamp.UNINITIALIZED : 0);
            at[0] += size;
          }
        });
  }
}
