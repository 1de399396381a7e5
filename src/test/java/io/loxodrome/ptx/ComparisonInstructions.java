package io.loxodrome.ptx;

/** Comparisons, what they combine with, and choices by them. */
final class ComparisonInstructions {
  private ComparisonInstructions() {}

  static final String TABLE =
      """
      setp.eq.s32 %p0, %r1, %r2; setp.ne.s32 %p1, %r1, %r2; setp.lt.s32 %p2, %r1, %r2; setp.le.s32 %p3, %r1, %r2; setp.gt.s32 %p4, %r1, %r2; setp.ge.s32 %p5, %r1, %r2
          1 1 -> 1 0 0 1 0 1
          1 2 -> 0 1 1 1 0 0
          2 1 -> 0 1 0 0 1 1
          -1 1 -> 0 1 1 1 0 0
          0x80000000 0x7fffffff -> 0 1 1 1 0 0
      setp.eq.u32 %p0, %r1, %r2; setp.ne.u32 %p1, %r1, %r2; setp.lt.u32 %p2, %r1, %r2; setp.le.u32 %p3, %r1, %r2; setp.gt.u32 %p4, %r1, %r2; setp.ge.u32 %p5, %r1, %r2
          1 1 -> 1 0 0 1 0 1
          1 2 -> 0 1 1 1 0 0
          -1 1 -> 0 1 0 0 1 1
          0x7fffffff 0x80000000 -> 0 1 1 1 0 0
      setp.lo.u32 %p0, %r1, %r2; setp.ls.u32 %p1, %r1, %r2; setp.hi.u32 %p2, %r1, %r2; setp.hs.u32 %p3, %r1, %r2
          1 1 -> 0 1 0 1
          1 2 -> 1 1 0 0
          -1 1 -> 0 0 1 1
      setp.eq.s64 %p0, %rd1, %rd2; setp.ne.s64 %p1, %rd1, %rd2; setp.lt.s64 %p2, %rd1, %rd2; setp.le.s64 %p3, %rd1, %rd2; setp.gt.s64 %p4, %rd1, %rd2; setp.ge.s64 %p5, %rd1, %rd2
          0x100000001 0x200000001 -> 0 1 1 1 0 0
          7 7 -> 1 0 0 1 0 1
          -1 1 -> 0 1 1 1 0 0
          0x7fffffffffffffff 0x8000000000000000 -> 0 1 0 0 1 1
      setp.eq.u64 %p0, %rd1, %rd2; setp.ne.u64 %p1, %rd1, %rd2; setp.lt.u64 %p2, %rd1, %rd2; setp.le.u64 %p3, %rd1, %rd2; setp.gt.u64 %p4, %rd1, %rd2; setp.ge.u64 %p5, %rd1, %rd2
          7 7 -> 1 0 0 1 0 1
          -1 1 -> 0 1 0 0 1 1
          0x7fffffffffffffff 0x8000000000000000 -> 0 1 1 1 0 0
      setp.eq.s16 %p0, %rs1, %rs2; setp.ne.s16 %p1, %rs1, %rs2; setp.lt.s16 %p2, %rs1, %rs2; setp.le.s16 %p3, %rs1, %rs2; setp.gt.s16 %p4, %rs1, %rs2; setp.ge.s16 %p5, %rs1, %rs2
          -1 1 -> 0 1 1 1 0 0
          0x8000 0x8000 -> 1 0 0 1 0 1
          0x7fff 0x8000 -> 0 1 0 0 1 1
      setp.eq.u16 %p0, %rs1, %rs2; setp.ne.u16 %p1, %rs1, %rs2; setp.lt.u16 %p2, %rs1, %rs2; setp.le.u16 %p3, %rs1, %rs2; setp.gt.u16 %p4, %rs1, %rs2; setp.ge.u16 %p5, %rs1, %rs2
          -1 1 -> 0 1 0 0 1 1
          0x7fff 0x8000 -> 0 1 1 1 0 0
      setp.eq.b16 %p0, %rs1, %rs2; setp.ne.b16 %p1, %rs1, %rs2
          0xffff 0xffff -> 1 0
          0xffff 0x7fff -> 0 1
      setp.eq.b32 %p0, %r1, %r2; setp.ne.b32 %p1, %r1, %r2
          0xffffffff 0xffffffff -> 1 0
          0xffffffff 0x7fffffff -> 0 1
      setp.eq.b64 %p0, %rd1, %rd2; setp.ne.b64 %p1, %rd1, %rd2
          0x100000000 0x100000000 -> 1 0
          0x100000000 0 -> 0 1
      setp.gt.s32 %p0, %r1, -1
          0 -> 1
          -1 -> 0
      setp.gt.u32 %p0, %r1, 2139095040
          0x7f800001 -> 1
          0x7f800000 -> 0
          0x80000000 -> 1
      setp.eq.b16 %p0, %rs1, 1
          1 -> 1
          0x101 -> 0
      setp.gt.s64 %p0, %rd1, 4294967295
          0x100000000 -> 1
          0xffffffff -> 0

      # eq ne lt le gt ge, then the same or unordered, then both numbers, then unordered
      setp.eq.f32 %p0, %f1, %f2; setp.ne.f32 %p1, %f1, %f2; setp.lt.f32 %p2, %f1, %f2; setp.le.f32 %p3, %f1, %f2; setp.gt.f32 %p4, %f1, %f2; setp.ge.f32 %p5, %f1, %f2; setp.equ.f32 %p6, %f1, %f2; setp.neu.f32 %p7, %f1, %f2; setp.ltu.f32 %p8, %f1, %f2; setp.leu.f32 %p9, %f1, %f2; setp.gtu.f32 %p10, %f1, %f2; setp.geu.f32 %p11, %f1, %f2; setp.num.f32 %p12, %f1, %f2; setp.nan.f32 %p13, %f1, %f2
          1 2 -> 0 1 1 1 0 0  0 1 1 1 0 0  1 0
          2 1 -> 0 1 0 0 1 1  0 1 0 0 1 1  1 0
          1 1 -> 1 0 0 1 0 1  1 0 0 1 0 1  1 0
          0 -0 -> 1 0 0 1 0 1  1 0 0 1 0 1  1 0
          -2 -1 -> 0 1 1 1 0 0  0 1 1 1 0 0  1 0
          nan 1 -> 0 0 0 0 0 0  1 1 1 1 1 1  0 1
          1 nan -> 0 0 0 0 0 0  1 1 1 1 1 1  0 1
          nan nan -> 0 0 0 0 0 0  1 1 1 1 1 1  0 1
          inf inf -> 1 0 0 1 0 1  1 0 0 1 0 1  1 0
          -inf inf -> 0 1 1 1 0 0  0 1 1 1 0 0  1 0
          0x00000001 0 -> 0 1 0 0 1 1  0 1 0 0 1 1  1 0
      setp.eq.f64 %p0, %fd1, %fd2; setp.ne.f64 %p1, %fd1, %fd2; setp.lt.f64 %p2, %fd1, %fd2; setp.le.f64 %p3, %fd1, %fd2; setp.gt.f64 %p4, %fd1, %fd2; setp.ge.f64 %p5, %fd1, %fd2; setp.equ.f64 %p6, %fd1, %fd2; setp.neu.f64 %p7, %fd1, %fd2; setp.ltu.f64 %p8, %fd1, %fd2; setp.leu.f64 %p9, %fd1, %fd2; setp.gtu.f64 %p10, %fd1, %fd2; setp.geu.f64 %p11, %fd1, %fd2; setp.num.f64 %p12, %fd1, %fd2; setp.nan.f64 %p13, %fd1, %fd2
          1 2 -> 0 1 1 1 0 0  0 1 1 1 0 0  1 0
          2 1 -> 0 1 0 0 1 1  0 1 0 0 1 1  1 0
          0 -0 -> 1 0 0 1 0 1  1 0 0 1 0 1  1 0
          nan 1 -> 0 0 0 0 0 0  1 1 1 1 1 1  0 1
          1 nan -> 0 0 0 0 0 0  1 1 1 1 1 1  0 1
          0x3ff0000000000001 1 -> 0 1 0 0 1 1  0 1 0 0 1 1  1 0
      setp.gt.f32 %p0, %f1, 0f47CE4780
          105614.9 -> 0
          105616 -> 1
      setp.eq.ftz.f32 %p0, %f1, %f2; setp.lt.ftz.f32 %p1, %f1, %f2
          0x00000001 0 -> 1 0
          0x80000001 0x00000001 -> 1 0
          0x00800000 0x00800001 -> 0 1

      # combined with a third predicate; the second destination takes the opposite comparison
      setp.lt.and.s32 %p0, %r1, %r2, %p1
          1 2 1 -> 1
          1 2 0 -> 0
          2 1 1 -> 0
      setp.lt.or.s32 %p0, %r1, %r2, %p1
          1 2 0 -> 1
          2 1 0 -> 0
          2 1 1 -> 1
      setp.lt.xor.s32 %p0, %r1, %r2, %p1
          1 2 1 -> 0
          1 2 0 -> 1
          2 1 1 -> 1
      setp.lt.and.s32 %p0|%p2, %r1, %r2, %p1
          1 2 1 -> 1 0
          2 1 1 -> 0 1
          2 1 0 -> 0 0
      setp.lt.or.s32 %p0|%p2, %r1, %r2, !%p1
          1 2 1 -> 1 0
          2 1 1 -> 0 1
          2 1 0 -> 1 1
      setp.gt.and.f32 %p0, %f1, %f2, !%p1
          2 1 0 -> 1
          2 1 1 -> 0
          nan 1 0 -> 0
      setp.lt.f32 %p0|%p1, %f1, %f2
          1 2 -> 1 0
          2 1 -> 0 1
          nan 1 -> 0 1

      selp.b32 %r0, %r1, %r2, %p1
          3 4 1 -> 3
          3 4 0 -> 4
      selp.s32 %r0, %r1, %r2, %p1
          -3 4 1 -> -3
      selp.u32 %r0, 1, 0, %p1
          1 -> 1
          0 -> 0
      selp.b32 %r0, %r1, -1, %p1
          3 0 -> -1
      selp.b64 %rd0, %rd1, %rd2, %p1
          0x100000003 0x100000004 1 -> 0x100000003
          0x100000003 0x100000004 0 -> 0x100000004
      selp.s64 %rd0, %rd1, %rd2, %p1
          -3 4 0 -> 4
      selp.u64 %rd0, %rd1, %rd2, %p1
          -3 4 1 -> -3
      selp.b16 %rs0, %rs1, %rs2, %p1
          3 4 1 -> 3
          3 4 0 -> 4
      selp.b16 %rs0, 32767, %rs1, %p1
          4 1 -> 32767
      selp.u16 %rs0, 1, 0, %p1
          1 -> 1
          0 -> 0
      selp.s16 %rs0, %rs1, -1, %p1
          5 0 -> -1
      selp.f32 %f0, %f1, %f2, %p1
          1.5 2.5 1 -> 1.5
          1.5 0x7fc12345 0 -> 0x7fc12345
      selp.f32 %f0, 0f3F800000, 0f00000000, %p1
          1 -> 1
          0 -> 0
      selp.f64 %fd0, %fd1, %fd2, %p1
          1.5 2.5 1 -> 1.5
          1.5 2.5 0 -> 2.5
      slct.s32.s32 %r0, %r1, %r2, %r3
          3 4 0 -> 3
          3 4 -1 -> 4
          3 4 0x80000000 -> 4
      slct.f32.s32 %f0, %f1, %f2, %r3
          3 4 1 -> 3
          3 4 -1 -> 4
      slct.b32.f32 %r0, %r1, %r2, %f3
          3 4 0 -> 3
          3 4 -0 -> 3
          3 4 -1 -> 4
          3 4 nan -> 4
      slct.f32.f32 %f0, %f1, %f2, %f3
          3 4 1 -> 3
          3 4 -inf -> 4

      set.lt.u32.s32 %r0, %r1, %r2
          -1 1 -> 0xffffffff
          1 -1 -> 0
      set.lt.s32.u32 %r0, %r1, %r2
          -1 1 -> 0
          1 -1 -> -1
      set.gt.u32.f32 %r0, %f1, %f2
          2 1 -> 0xffffffff
          nan 1 -> 0
      set.neu.s32.f32 %r0, %f1, %f2
          nan 1 -> -1
          1 1 -> 0
      set.eq.f32.s32 %f0, %r1, %r2
          5 5 -> 1
          5 6 -> 0
      set.lt.f32.f32 %f0, %f1, %f2
          1 2 -> 1
          2 1 -> 0
      set.lt.and.u32.s32 %r0, %r1, %r2, %p1
          1 2 1 -> 0xffffffff
          1 2 0 -> 0

      testp.finite.f32 %p0, %f1; testp.infinite.f32 %p1, %f1; testp.number.f32 %p2, %f1; testp.notanumber.f32 %p3, %f1; testp.normal.f32 %p4, %f1; testp.subnormal.f32 %p5, %f1
          1 -> 1 0 1 0 1 0
          -inf -> 0 1 1 0 0 0
          nan -> 0 0 0 1 0 0
          0x807fffff -> 1 0 1 0 0 1
          0x00800000 -> 1 0 1 0 1 0
      testp.finite.f64 %p0, %fd1; testp.infinite.f64 %p1, %fd1; testp.number.f64 %p2, %fd1; testp.notanumber.f64 %p3, %fd1; testp.normal.f64 %p4, %fd1; testp.subnormal.f64 %p5, %fd1
          1 -> 1 0 1 0 1 0
          inf -> 0 1 1 0 0 0
          nan -> 0 0 0 1 0 0
          0x0000000000000001 -> 1 0 1 0 0 1
      """;
}
