package io.loxodrome.ptx;

/**
 * PTX's state spaces.
 *
 * <p>Each of the small ones has a window of generic addresses below 2^32, so that an address means
 * the same whichever instruction uses it; global memory lies above.
 */
enum Space {
  GLOBAL(0x1_0000_0000L),
  SHARED(0x0100_0000L),
  LOCAL(0x0200_0000L),
  CONST(0x0300_0000L),
  PARAM(0x0400_0000L);

  private static final long WINDOW = 0x0100_0000L;

  private final long begin;

  Space(long begin) {
    this.begin = begin;
  }

  /** Its first address. */
  long begin() {
    return begin;
  }

  /** The space that a generic address lies in; what is in no window counts as global. */
  static Space of(long address) {
    if (address < SHARED.begin || address >= PARAM.begin + WINDOW) {
      return GLOBAL;
    }
    return switch ((int) (address / WINDOW)) {
      case 1 -> SHARED;
      case 2 -> LOCAL;
      case 3 -> CONST;
      default -> PARAM;
    };
  }
}
