package io.loxodrome.ptx;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The special registers that can be read. */
enum Special {
  TID_X("%tid.x"),
  TID_Y("%tid.y"),
  TID_Z("%tid.z"),
  NTID_X("%ntid.x"),
  NTID_Y("%ntid.y"),
  NTID_Z("%ntid.z"),
  CTAID_X("%ctaid.x"),
  CTAID_Y("%ctaid.y"),
  CTAID_Z("%ctaid.z"),
  NCTAID_X("%nctaid.x"),
  NCTAID_Y("%nctaid.y"),
  NCTAID_Z("%nctaid.z"),
  LANEID("%laneid"),
  WARPID("%warpid"),
  NWARPID("%nwarpid"),
  LANEMASK_EQ("%lanemask_eq"),
  LANEMASK_LE("%lanemask_le"),
  LANEMASK_LT("%lanemask_lt"),
  LANEMASK_GE("%lanemask_ge"),
  LANEMASK_GT("%lanemask_gt"),
  DYNAMIC_SMEM_SIZE("%dynamic_smem_size"),
  TOTAL_SMEM_SIZE("%total_smem_size"),
  WARP_SIZE("WARP_SZ");

  private static final Map<String, Special> BY_NAME =
      Stream.of(values()).collect(Collectors.toMap(special -> special.text, special -> special));

  private final String text;

  Special(String text) {
    this.text = text;
  }

  static @Nullable Special named(String name) {
    return BY_NAME.get(name);
  }

  Kind kind() {
    return Kind.INT;
  }

  /** Whether it differs from block to block. */
  boolean perBlock() {
    return this == CTAID_X || this == CTAID_Y || this == CTAID_Z;
  }
}
