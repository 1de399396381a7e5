package io.loxodrome.ptx;

/**
 * Instructions across the lanes of a warp. A row holds the values of all 32 lanes: {@code a..b}
 * counts up or down, {@code v*n} repeats, semicolons separate registers. Hexadecimal digits and a
 * colon before it say which lanes execute the instruction; {@code _} stands for the others.
 */
final class WarpInstructions {
  private WarpInstructions() {}

  static final String TABLE =
      """
      # shfl.sync d|p, a, b, c, members: c = (32 - width) << 8 | (31, for up 0)
      shfl.sync.up.b32 %r0|%p0, %r1, 1, 0, -1
          100..131 -> 100 100..130 ; 0 1*31
      shfl.sync.up.b32 %r0|%p0, %r1, 5, 0, -1
          100..131 -> 100..104 100..126 ; 0*5 1*27
      shfl.sync.up.b32 %r0, %r1, 0, 0, -1
          100..131 -> 100..131
      shfl.sync.up.b32 %r0|%p0, %r1, 2, 6144, -1   # width 8
          100..131 -> 100 101 100..105 108 109 108..113 116 117 116..121 124 125 124..129 ; 0 0 1*6 0 0 1*6 0 0 1*6 0 0 1*6
      shfl.sync.down.b32 %r0|%p0, %r1, 1, 31, -1
          100..131 -> 101..131 131 ; 1*31 0
      shfl.sync.down.b32 %r0|%p0, %r1, 16, 31, -1
          100..131 -> 116..131 116..131 ; 1*16 0*16
      shfl.sync.down.b32 %r0|%p0, %r1, 4, 6175, -1   # width 8
          100..131 -> 104..107 104..107 112..115 112..115 120..123 120..123 128..131 128..131 ; 1*4 0*4 1*4 0*4 1*4 0*4 1*4 0*4
      shfl.sync.bfly.b32 %r0|%p0, %r1, 16, 31, -1
          100..131 -> 116..131 100..115 ; 1*32
      shfl.sync.bfly.b32 %r0|%p0, %r1, 1, 31, -1
          100..131 -> 101 100 103 102 105 104 107 106 109 108 111 110 113 112 115 114 117 116 119 118 121 120 123 122 125 124 127 126 129 128 131 130 ; 1*32
      shfl.sync.bfly.b32 %r0|%p0, %r1, 31, 31, -1
          100..131 -> 131..100 ; 1*32
      shfl.sync.bfly.b32 %r0|%p0, %r1, 8, 4127, -1   # width 16
          100..131 -> 108..115 100..107 124..131 116..123 ; 1*32
      shfl.sync.bfly.b32 %r0|%p0, %r1, 16, 4127, -1   # past a width of 16: up from the lower half fails
          100..131 -> 100..115 100..115 ; 0*16 1*16
      shfl.sync.idx.b32 %r0|%p0, %r1, 7, 31, -1
          100..131 -> 107*32 ; 1*32
      shfl.sync.idx.b32 %r0|%p0, %r1, %r2, 31, -1
          100..131 ; 0*8 31*8 32*8 5*8 -> 100*8 131*8 100*8 105*8 ; 1*32
      shfl.sync.idx.b32 %r0|%p0, %r1, 3, 6175, -1   # width 8
          100..131 -> 103*8 111*8 119*8 127*8 ; 1*32
      shfl.sync.idx.b32 %r0|%p0, %r1, 9, 6175, -1   # index modulo the width
          100..131 -> 101*8 109*8 117*8 125*8 ; 1*32
      shfl.sync.idx.b32 %r0|%p0, %r1, %r2, 15, -1   # lanes past 15 are out of range
          100..131 ; 31..0 -> 100..115 115..100 ; 0*16 1*16
      shfl.sync.idx.b32 %f0, %f1, 2, 31, -1
          0.5 1.5 -2.5 nan*29 -> -2.5*32
      shfl.sync.bfly.b32 %f0|%p0, %f1, 16, 31, -1
          1.5*16 2.5*16 -> 2.5*16 1.5*16 ; 1*32

      # the source may be the destination
      shfl.sync.up.b32 %r1, %r1, 1, 0, -1
          100..131 -> 100 100..130
      shfl.sync.down.b32 %r1, %r1, 1, 31, -1
          100..131 -> 101..131 131
      shfl.sync.bfly.b32 %r1|%p0, %r1, 16, 31, -1
          100..131 -> 116..131 100..115 ; 1*32
      shfl.sync.idx.b32 %r1, %r1, %r1, 31, -1
          31..0 -> 0..31

      # a sum over the warp by five exchanges
      shfl.sync.bfly.b32 %r2, %r1, 16, 31, -1; add.s32 %r1, %r1, %r2; shfl.sync.bfly.b32 %r3, %r1, 8, 31, -1; add.s32 %r1, %r1, %r3; shfl.sync.bfly.b32 %r4, %r1, 4, 31, -1; add.s32 %r1, %r1, %r4; shfl.sync.bfly.b32 %r5, %r1, 2, 31, -1; add.s32 %r1, %r1, %r5; shfl.sync.bfly.b32 %r6, %r1, 1, 31, -1; add.s32 %r0, %r1, %r6
          0..31 -> 496*32

      # among some of the lanes, the others being elsewhere
      shfl.sync.bfly.b32 %r0|%p0, %r1, 8, 4127, 0xffff
          0000ffff: 100..131 -> 108..115 100..107 _*16 ; 1*16 _*16
      shfl.sync.down.b32 %r0|%p0, %r1, 1, 4127, 0xffff
          0000ffff: 100..131 -> 101..115 115 _*16 ; 1*15 0 _*16
      shfl.sync.up.b32 %r0|%p0, %r1, 1, 4096, 0xffff0000
          ffff0000: 100..131 -> _*16 116 116..130 ; _*16 0 1*15
      shfl.sync.idx.b32 %r0|%p0, %r1, 9, 31, 0xf0f
          00000f0f: 100..131 -> 109*4 _*4 109*4 _*20 ; 1*4 _*4 1*4 _*20

      vote.sync.all.pred %p0, %p1, -1
          1*32 -> 1*32
          1*31 0 -> 0*32
          0*32 -> 0*32
      vote.sync.any.pred %p0, %p1, -1
          1*32 -> 1*32
          0*31 1 -> 1*32
          0*32 -> 0*32
      vote.sync.uni.pred %p0, %p1, -1
          1*32 -> 1*32
          0*32 -> 1*32
          0*16 1*16 -> 0*32
      vote.sync.ballot.b32 %r0, %p1, -1
          1*32 -> 0xffffffff*32
          0*32 -> 0*32
          1 0*30 1 -> 0x80000001*32
          0*4 1*4 0*24 -> 0xf0*32
      vote.sync.ballot.b32 %r0, !%p1, -1
          1*16 0*16 -> 0xffff0000*32
      vote.sync.all.pred %p0, !%p1, -1
          0*32 -> 1*32
      vote.sync.ballot.b32 %r0, %p1, 0xff00
          0000ff00: 1*32 -> _*8 0xff00*8 _*16
          0000ff00: 1*8 0*4 1*20 -> _*8 0xf000*8 _*16
      vote.sync.all.pred %p0, %p1, 0xff00
          0000ff00: 0*8 1*8 0*16 -> _*8 1*8 _*16
      vote.sync.any.pred %p0, %p1, 0xff
          000000ff: 0*8 1*24 -> 0*8 _*24

      activemask.b32 %r0
          -> 0xffffffff*32
          000000ff: -> 0xff*8 _*24
          80000001: -> 0x80000001 _*30 0x80000001
      bar.warp.sync -1; mov.b32 %r0, %r1
          0..31 -> 0..31

      mov.u32 %r0, %tid.x; mov.u32 %r1, %ntid.x; mov.u32 %r2, %nwarpid; mov.u32 %r3, %warpid
          -> 0..31 ; 32*32 ; 1*32 ; 0*32
      mov.u32 %r0, %laneid
          -> 0..31
      mov.u32 %r1, %lanemask_eq; popc.b32 %r0, %r1; bfind.u32 %r2, %r1
          -> 1*32 ; 0..31
      mov.u32 %r1, %lanemask_lt; popc.b32 %r0, %r1; bfind.u32 %r2, %r1
          -> 0..31 ; 0xffffffff 0..30
      mov.u32 %r1, %lanemask_le; popc.b32 %r0, %r1; bfind.u32 %r2, %r1
          -> 1..32 ; 0..31
      mov.u32 %r1, %lanemask_gt; popc.b32 %r0, %r1; clz.b32 %r2, %r1
          -> 31..0 ; 0*31 32
      mov.u32 %r1, %lanemask_ge; popc.b32 %r0, %r1; clz.b32 %r2, %r1
          -> 32..1 ; 0*32
      """;
}
