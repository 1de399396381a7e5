package io.loxodrome.ptx;

/** Conversions, moves and packing. */
final class ConversionInstructions {
  private ConversionInstructions() {}

  static final String TABLE =
      """
      # narrower: the lowest bits; wider: by the sign of the source
      cvt.u32.u64 %r0, %rd1
          0x123456789abcdef0 -> 0x9abcdef0
      cvt.s32.s64 %r0, %rd1
          -2 -> -2
          0x100000005 -> 5
      cvt.s64.s32 %rd0, %r1
          -2 -> -2
          0x7fffffff -> 0x7fffffff
      cvt.u64.u32 %rd0, %r1
          -2 -> 0xfffffffe
      cvt.s64.u32 %rd0, %r1
          -2 -> 0xfffffffe
      cvt.u64.s32 %rd0, %r1
          -2 -> -2
      cvt.s64.s16 %rd0, %rs1
          -2 -> -2
      cvt.u64.u16 %rd0, %rs1
          -2 -> 0xfffe
      cvt.u16.u32 %rs0, %r1
          0x12345678 -> 0x5678
      cvt.u16.u64 %rs0, %rd1
          0x123456789abcdef0 -> 0xdef0
      cvt.s32.s16 %r0, %rs1
          0x8000 -> -32768
      cvt.u32.u16 %r0, %rs1
          0x8000 -> 0x8000
      cvt.s32.s8 %r0, %r1
          0x1280 -> -128
          0x127f -> 127
      cvt.u32.u8 %r0, %r1
          0x1280 -> 128
      cvt.s32.s8 %r0, %rs1
          0x1280 -> -128
      cvt.u32.u8 %r0, %rs1
          0x1280 -> 128
      cvt.s16.s8 %rs0, %rs1
          0x1280 -> 0xff80
      cvt.s16.s8 %rs0, %r1
          0x1280 -> 0xff80
      cvt.u16.u8 %rs0, %rs1
          0x1280 -> 0x80
      cvt.s64.s8 %rd0, %rs1
          0x80 -> -128
      cvt.u64.u8 %rd0, %rs1
          0x1280 -> 128
      cvt.u8.u32 %rs0, %r1
          0x1234 -> 0x34
      cvt.sat.u8.s32 %r0, %r1
          300 -> 255
          -5 -> 0
          7 -> 7
      cvt.sat.s8.s32 %r0, %r1
          300 -> 127
          -300 -> -128
          -7 -> -7
      cvt.sat.s16.s32 %rs0, %r1
          40000 -> 32767
          -40000 -> -32768
          -7 -> -7
      cvt.sat.u16.s32 %rs0, %r1
          70000 -> 65535
          -1 -> 0
      cvt.sat.s32.s64 %r0, %rd1
          0x80000000 -> 0x7fffffff
          0xffffffff7fffffff -> 0x80000000
          -7 -> -7
      cvt.sat.u32.s64 %r0, %rd1
          -1 -> 0
          0x100000000 -> 0xffffffff
      cvt.sat.s32.u32 %r0, %r1
          0x80000000 -> 0x7fffffff
      cvt.sat.u32.s32 %r0, %r1
          -1 -> 0

      # integers to floating point, rounded once
      cvt.rn.f32.s32 %f0, %r1
          16777217 -> 16777216
          16777219 -> 16777220
          -1 -> -1
          0x7fffffff -> 2147483648
          0x80000000 -> -2147483648
          0 -> 0
      cvt.rz.f32.s32 %f0, %r1
          16777219 -> 16777218
          -16777219 -> -16777218
      cvt.rm.f32.s32 %f0, %r1
          -16777217 -> -16777218
      cvt.rp.f32.s32 %f0, %r1
          16777217 -> 16777218
      cvt.rn.f32.u32 %f0, %r1
          0xffffffff -> 4294967296
          0x80000000 -> 2147483648
          0x80000080 -> 2147483648
          0x80000081 -> 2147483904
      cvt.rz.f32.u32 %f0, %r1
          0xffffffff -> 0x4f7fffff
      cvt.rn.f32.s64 %f0, %rd1
          0x7fffffffffffffff -> 0x1p63
          0x4000004000000001 -> 0x5e800001
          0x4000004000000000 -> 0x5e800000
          -1 -> -1
      cvt.rn.f32.u64 %f0, %rd1
          0xffffffffffffffff -> 0x1p64
          0x8000008000000001 -> 0x5f000001
          0x8000008000000000 -> 0x5f000000
      cvt.rn.f32.s16 %f0, %rs1
          -32768 -> -32768
      cvt.rn.f32.u16 %f0, %rs1
          0xffff -> 65535
      cvt.rn.f32.s8 %f0, %rs1
          0x1280 -> -128
      cvt.rn.f32.u8 %f0, %rs1
          0x12ff -> 255
      cvt.rn.f32.u8 %f0, %r1
          0x12ff -> 255
      cvt.rn.f64.s32 %fd0, %r1
          -2147483648 -> -2147483648
          0x7fffffff -> 2147483647
      cvt.rn.f64.u32 %fd0, %r1
          0xffffffff -> 4294967295
      cvt.rn.f64.s64 %fd0, %rd1
          0x0020000000000001 -> 9007199254740992
          0x0020000000000003 -> 9007199254740996
          -1 -> -1
      cvt.rn.f64.u64 %fd0, %rd1
          0xffffffffffffffff -> 0x1p64
          0x8000000000000401 -> 0x43e0000000000001
          0x8000000000000400 -> 0x43e0000000000000

      # floating point to integers: what does not fit gives the nearest end, NaN gives 0
      cvt.rni.s32.f32 %r0, %f1
          0.5 -> 0
          1.5 -> 2
          2.5 -> 2
          -0.5 -> 0
          -1.5 -> -2
          2147483648 -> 0x7fffffff
          -3e9 -> 0x80000000
          nan -> 0
          inf -> 0x7fffffff
          -inf -> 0x80000000
      cvt.rzi.s32.f32 %r0, %f1
          1.9 -> 1
          -1.9 -> -1
          3e9 -> 0x7fffffff
          nan -> 0
      cvt.rmi.s32.f32 %r0, %f1
          -1.1 -> -2
          1.9 -> 1
          0x80000001 -> -1
      cvt.rpi.s32.f32 %r0, %f1
          1.1 -> 2
          -1.9 -> -1
          0x00000001 -> 1
      cvt.rni.ftz.s32.f32 %r0, %f1
          2.5 -> 2
      cvt.rpi.ftz.s32.f32 %r0, %f1
          0x00000001 -> 0
      cvt.rni.u32.f32 %r0, %f1
          2.5 -> 2
          -1 -> 0
          3e9 -> 3000000000
          4294967296 -> 0xffffffff
          nan -> 0
      cvt.rzi.u32.f32 %r0, %f1
          1.9 -> 1
          -0.9 -> 0
          -5 -> 0
          4294967040 -> 0xffffff00
          inf -> 0xffffffff
      cvt.rmi.u32.f32 %r0, %f1
          1.9 -> 1
      cvt.rpi.u32.f32 %r0, %f1
          1.1 -> 2
      cvt.rni.s64.f32 %rd0, %f1
          2.5 -> 2
          -0x1p40 -> -1099511627776
          0x1p63 -> 0x7fffffffffffffff
          -inf -> 0x8000000000000000
          nan -> 0x8000000000000000
      cvt.rzi.s64.f32 %rd0, %f1
          -1.9 -> -1
          0x1p62 -> 0x4000000000000000
      cvt.rzi.u64.f32 %rd0, %f1
          0x1p63 -> 0x8000000000000000
          -1 -> 0
          inf -> 0xffffffffffffffff
          nan -> 0x8000000000000000
      cvt.rzi.s16.f32 %rs0, %f1
          40000 -> 32767
          -40000 -> -32768
          -1.9 -> -1
          nan -> 0
      cvt.rzi.u16.f32 %rs0, %f1
          70000 -> 65535
          -1 -> 0
      cvt.rni.u8.f32 %r0, %f1
          300 -> 255
          -5 -> 0
          2.5 -> 2
      cvt.rzi.u8.f32 %r0, %f1
          254.9 -> 254
      cvt.rni.s32.f64 %r0, %fd1
          2.5 -> 2
          2147483647.5 -> 0x7fffffff
      cvt.rzi.s32.f64 %r0, %fd1
          -1.9 -> -1
          1e10 -> 0x7fffffff
          nan -> 0x80000000
      cvt.rzi.u32.f64 %r0, %fd1
          4294967295.5 -> 0xffffffff
          -1 -> 0
      cvt.rzi.s64.f64 %rd0, %fd1
          -1.9 -> -1
          9007199254740993 -> 9007199254740992
          1e19 -> 0x7fffffffffffffff
          nan -> 0x8000000000000000
      cvt.rzi.u64.f64 %rd0, %fd1
          1e19 -> 10000000000000000000
          1e20 -> 0xffffffffffffffff
      cvt.rmi.s32.f64 %r0, %fd1
          -1.1 -> -2
      cvt.rpi.s32.f64 %r0, %fd1
          1.1 -> 2

      # whole numbers that stay floating point
      cvt.rni.f32.f32 %f0, %f1
          0.5 -> 0
          -0.5 -> -0
          1.5 -> 2
          2.5 -> 2
          -2.5 -> -2
          8388609 -> 8388609
          inf -> inf
          nan -> nan
      cvt.rzi.f32.f32 %f0, %f1
          -0.5 -> -0
          1.9 -> 1
          -1.9 -> -1
          0x1p100 -> 0x1p100
      cvt.rmi.f32.f32 %f0, %f1
          -0.5 -> -1
          0.5 -> 0
          -0 -> -0
          8388607.5 -> 8388607
      cvt.rpi.f32.f32 %f0, %f1
          0.5 -> 1
          -0.5 -> -0
          8388607.5 -> 8388608
      cvt.rni.f64.f64 %fd0, %fd1
          2.5 -> 2
          -0.5 -> -0
      cvt.rzi.f64.f64 %fd0, %fd1
          -1.9 -> -1
      cvt.rmi.f64.f64 %fd0, %fd1
          -0.5 -> -1
      cvt.rpi.f64.f64 %fd0, %fd1
          0.5 -> 1
      cvt.sat.f32.f32 %f0, %f1
          2 -> 1
          -3 -> 0
          0.5 -> 0.5
          nan -> 0
          inf -> 1
      cvt.rni.sat.f32.f32 %f0, %f1
          0.6 -> 1
          7.2 -> 1
          -2 -> 0
      cvt.ftz.f32.f32 %f0, %f1
          0x80000001 -> -0
          1.5 -> 1.5

      cvt.f64.f32 %fd0, %f1
          1.5 -> 1.5
          0x00000001 -> 0x1p-149
          -inf -> -inf
          nan -> nan
      cvt.ftz.f64.f32 %fd0, %f1
          0x80000001 -> -0
      cvt.rn.f32.f64 %f0, %fd1
          1.5 -> 1.5
          0x1.000001p0 -> 1
          0x1.0000010000001p0 -> 0x3f800001
          1e300 -> inf
          0x1p-149 -> 0x00000001
          0x1p-150 -> 0
          -0x1.8p-150 -> 0x80000001
          nan -> nan
      cvt.rz.f32.f64 %f0, %fd1
          1e300 -> 0x7f7fffff
          0x1.fffffffp0 -> 0x3fffffff
      cvt.rm.f32.f64 %f0, %fd1
          -0x1.0000001p0 -> 0xbf800001
      cvt.rp.f32.f64 %f0, %fd1
          0x1.0000001p0 -> 0x3f800001
          1e300 -> inf

      mov.u32 %r0, %r1
          0x89abcdef -> 0x89abcdef
      mov.s32 %r0, -7
          -> -7
      mov.u32 %r0, 4294967295
          -> 0xffffffff
      mov.b32 %r0, 0x80000000
          -> 0x80000000
      mov.u32 %r0, 017
          -> 15
      mov.u32 %r0, 0b101
          -> 5
      mov.u32 %r0, 1U
          -> 1
      mov.u64 %rd0, %rd1
          0x123456789abcdef0 -> 0x123456789abcdef0
      mov.u64 %rd0, -1
          -> 0xffffffffffffffff
      mov.s64 %rd0, -9223372036854775808
          -> 0x8000000000000000
      mov.b64 %rd0, 0x123456789abcdef0
          -> 0x123456789abcdef0
      mov.u16 %rs0, 65535
          -> 0xffff
      mov.s16 %rs0, -1
          -> 0xffff
      mov.b16 %rs0, %rs1
          0x1234 -> 0x1234
      mov.u16 %rs0, %rs1
          0x1234 -> 0x1234
      mov.f32 %f0, %f1
          0x7fa00001 -> 0x7fa00001
      mov.f32 %f0, 0fBF800000
          -> -1
      mov.f32 %f0, 0f7FC00000
          -> 0x7fc00000
      mov.f64 %fd0, 0d3FF8000000000000
          -> 1.5
      mov.f64 %fd0, %fd1
          1.5 -> 1.5
      mov.b32 %r0, %f1
          -2 -> 0xc0000000
          0x7fa00001 -> 0x7fa00001
      mov.b32 %f0, %r1
          0x3fc00000 -> 1.5
      mov.b64 %rd0, %fd1
          -2 -> 0xc000000000000000
      mov.b64 %fd0, %rd1
          0x3ff8000000000000 -> 1.5
      mov.b32 %r0, {%rs1, %rs2}
          0x1234 0x5678 -> 0x56781234
      mov.b32 {%rs0, %rs2}, %r1
          0x56781234 -> 0x1234 0x5678
      mov.b32 %f0, {0, %rs1}   # how a bf16 is widened
          0x3fc0 -> 1.5
          0xff80 -> -inf
      mov.b64 %rd0, {%r1, %r2}
          0x11223344 0x55667788 -> 0x5566778811223344
      mov.b64 {%r0, %r2}, %rd1
          0x5566778811223344 -> 0x11223344 0x55667788
      mov.b64 %rd0, {%rs1, %rs2, %rs3, %rs4}
          1 2 3 4 -> 0x0004000300020001
      mov.b64 {%rs0, %rs1, %rs2, %rs3}, %rd1
          0x0004000300020001 -> 1 2 3 4
      mov.b64 {%f0, %f1}, %rd1
          0x3f80000040000000 -> 2 1
      mov.b64 %rd0, {%f1, %f2}
          2 1 -> 0x3f80000040000000
      mov.b64 %fd0, {%r1, %r2}
          0 0x3ff80000 -> 1.5

      # one block of one row of threads
      mov.u32 %r0, %tid.y; mov.u32 %r1, %tid.z; mov.u32 %r2, %ctaid.x; mov.u32 %r3, %ctaid.y; mov.u32 %r4, %ctaid.z
          -> 0 0 0 0 0
      mov.u32 %r0, %ntid.y; mov.u32 %r1, %ntid.z; mov.u32 %r2, %nctaid.x; mov.u32 %r3, %nctaid.y; mov.u32 %r4, %nctaid.z
          -> 1 1 1 1 1
      mov.u32 %r1, %laneid; mov.u32 %r2, %tid.x; and.b32 %r3, %r2, 31; sub.u32 %r0, %r1, %r3
          -> 0
      mov.u32 %r1, %warpid; mov.u32 %r2, %tid.x; shr.u32 %r3, %r2, 5; sub.u32 %r0, %r1, %r3
          -> 0
      """;
}
