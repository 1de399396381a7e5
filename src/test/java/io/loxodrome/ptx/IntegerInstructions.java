package io.loxodrome.ptx;

/** Integer arithmetic, logic, shifts and bit fields. */
final class IntegerInstructions {
  private IntegerInstructions() {}

  static final String TABLE =
      """
      add.s32 %r0, %r1, %r2
          1 2 -> 3
          0x7fffffff 1 -> 0x80000000
          0xffffffff 1 -> 0
          -5 3 -> -2
      add.s32 %r0, %r1, -5
          3 -> -2
          0x80000000 -> 0x7ffffffb
      add.s32 %r1, %r1, %r1
          21 -> 42
          0x80000001 -> 2
      add.u32 %r0, %r1, %r2
          0xffffffff 2 -> 1
          7 8 -> 15
      add.s64 %rd0, %rd1, %rd2
          0xffffffff 1 -> 0x100000000
          0x7fffffffffffffff 1 -> 0x8000000000000000
          -1 1 -> 0
      add.s64 %rd0, %rd1, -8
          3 -> -5
      add.s64 %rd0, %rd1, 4294967296
          1 -> 0x100000001
      add.u64 %rd0, %rd1, %rd2
          0xffffffffffffffff 2 -> 1
      add.s16 %rs0, %rs1, %rs2
          32767 1 -> 0x8000
          0xffff 1 -> 0
          -7 3 -> -4
      add.s16 %rs0, %rs1, 1
          0x7f7f -> 0x7f80
      add.u16 %rs0, %rs1, %rs2
          0xffff 3 -> 2
      add.sat.s32 %r0, %r1, %r2
          0x7fffffff 1 -> 0x7fffffff
          0x80000000 -1 -> 0x80000000
          5 -7 -> -2
      sub.s32 %r0, %r1, %r2
          1 2 -> -1
          0x80000000 1 -> 0x7fffffff
          0 0x80000000 -> 0x80000000
      sub.s32 %r0, 31, %r1
          5 -> 26
          32 -> -1
      sub.u32 %r0, %r1, %r2
          0 1 -> 0xffffffff
      sub.s64 %rd0, %rd1, %rd2
          0x100000000 1 -> 0xffffffff
          0x8000000000000000 1 -> 0x7fffffffffffffff
      sub.u64 %rd0, %rd1, %rd2
          0 1 -> 0xffffffffffffffff
      sub.s16 %rs0, %rs1, %rs2
          0x8000 1 -> 0x7fff
          3 5 -> -2
      sub.u16 %rs0, %rs1, %rs2
          0 1 -> 0xffff
      sub.sat.s32 %r0, %r1, %r2
          0x80000000 1 -> 0x80000000
          0x7fffffff -1 -> 0x7fffffff
          5 7 -> -2

      mul.lo.s32 %r0, %r1, %r2
          -3 7 -> -21
          65536 65536 -> 0
          0x12345678 16 -> 0x23456780
      mul.lo.s32 %r0, %r1, -12
          3 -> -36
      mul.lo.u32 %r0, %r1, %r2
          0xffffffff 0xffffffff -> 1
          0x10001 0x10001 -> 0x20001
      mul.lo.s64 %rd0, %rd1, %rd2
          -3 7 -> -21
          0x100000000 0x100000000 -> 0
          0x123456789 16 -> 0x1234567890
      mul.lo.u64 %rd0, %rd1, %rd2
          0xffffffffffffffff 0xffffffffffffffff -> 1
      mul.lo.s16 %rs0, %rs1, %rs2
          300 300 -> 24464
          -2 3 -> -6
      mul.lo.u16 %rs0, %rs1, %rs2
          0xffff 2 -> 0xfffe
      mul.hi.s32 %r0, %r1, %r2
          0x7fffffff 0x7fffffff -> 0x3fffffff
          -1 -1 -> 0
          -1 1 -> -1
          0x80000000 0x80000000 -> 0x40000000
          0x80000000 2 -> -1
      mul.hi.u32 %r0, %r1, %r2
          0xffffffff 0xffffffff -> 0xfffffffe
          0x80000000 2 -> 1
          3 5 -> 0
      mul.hi.u32 %r0, %r1, -766435501   # 0xd2511f53
          2 -> 1
          0x10000000 -> 0x0d2511f5
      mul.hi.s64 %rd0, %rd1, %rd2
          0x7fffffffffffffff 0x7fffffffffffffff -> 0x3fffffffffffffff
          -1 1 -> -1
          0x8000000000000000 0x8000000000000000 -> 0x4000000000000000
      mul.hi.u64 %rd0, %rd1, %rd2
          0xffffffffffffffff 0xffffffffffffffff -> 0xfffffffffffffffe
          0x8000000000000000 2 -> 1
          0x100000000 0xffffffff -> 0
      mul.hi.s16 %rs0, %rs1, %rs2
          0x7fff 0x7fff -> 0x3fff
          -1 1 -> -1
      mul.hi.u16 %rs0, %rs1, %rs2
          0xffff 0xffff -> 0xfffe
      mul.wide.s32 %rd0, %r1, %r2
          -1 -1 -> 1
          0x80000000 2 -> 0xffffffff00000000
          0x7fffffff 4 -> 0x1fffffffc
      mul.wide.s32 %rd0, %r1, 4
          -3 -> -12
      mul.wide.u32 %rd0, %r1, %r2
          0xffffffff 0xffffffff -> 0xfffffffe00000001
          0xffffffff 4 -> 0x3fffffffc
      mul.wide.u32 %rd0, %r1, 1024
          0xffffffff -> 0x3fffffffc00
      mul.wide.s16 %r0, %rs1, %rs2
          -1 2 -> -2
          0x8000 0x8000 -> 0x40000000
      mul.wide.u16 %r0, %rs1, %rs2
          0xffff 0xffff -> 0xfffe0001
      mad.lo.s32 %r0, %r1, %r2, %r3
          3 4 5 -> 17
          -3 4 5 -> -7
          65536 65536 7 -> 7
      mad.lo.s32 %r0, %r1, 33, %r2
          2 -70 -> -4
      mad.lo.u32 %r0, %r1, %r2, %r3
          0xffffffff 2 3 -> 1
      mad.lo.s64 %rd0, %rd1, %rd2, %rd3
          -3 4 5 -> -7
          0x100000000 3 1 -> 0x300000001
      mad.lo.u64 %rd0, %rd1, %rd2, %rd3
          0xffffffffffffffff 2 3 -> 1
      mad.lo.s16 %rs0, %rs1, %rs2, %rs3
          300 300 100 -> 24564
      mad.hi.s32 %r0, %r1, %r2, %r3
          0x7fffffff 0x7fffffff 1 -> 0x40000000
          -1 1 1 -> 0
      mad.hi.u32 %r0, %r1, %r2, %r3
          0xffffffff 0xffffffff 2 -> 0
      mad.hi.u64 %rd0, %rd1, %rd2, %rd3
          0xffffffffffffffff 0xffffffffffffffff 1 -> 0xffffffffffffffff
      mad.wide.s32 %rd0, %r1, %r2, %rd1
          -1 4 100 -> 96
          0x80000000 2 0 -> 0xffffffff00000000
      mad.wide.u32 %rd0, %r1, %r2, %rd1
          0xffffffff 4 100 -> 0x400000060
          0xffffffff 0xffffffff 0xffffffff -> 0xffffffff00000000
      mad.wide.u16 %r0, %rs1, %rs2, %r1
          0xffff 0xffff 1 -> 0xfffe0002
      mad.wide.s16 %r0, %rs1, %rs2, %r1
          -1 2 1 -> -1
      mul24.lo.s32 %r0, %r1, %r2
          0x00ffffff 2 -> -2
          0xff000003 5 -> 15
      mul24.lo.u32 %r0, %r1, %r2
          0x00ffffff 0x00ffffff -> 0xfe000001
          0xff000003 5 -> 15
      mad24.lo.s32 %r0, %r1, %r2, %r3
          0x00ffffff 2 5 -> 3
      mad24.lo.u32 %r0, %r1, %r2, %r3
          0x00ffffff 2 5 -> 0x02000003
      sad.s32 %r0, %r1, %r2, %r3
          3 10 1 -> 8
          -5 5 0 -> 10
          0x7fffffff 0x80000000 0 -> 0xffffffff
      sad.u32 %r0, %r1, %r2, %r3
          0 0xffffffff 1 -> 0
          10 3 1 -> 8

      # a division by zero gives -1, what is left by one is not defined
      div.s32 %r0, %r1, %r2
          7 2 -> 3
          -7 2 -> -3
          7 -2 -> -3
          -7 -2 -> 3
          0x80000000 -1 -> 0x80000000
          5 0 -> -1
          -5 0 -> -1
      div.u32 %r0, %r1, %r2
          0xffffffff 2 -> 0x7fffffff
          7 0xffffffff -> 0
          0x80000000 0xffffffff -> 0
          5 0 -> 0xffffffff
      div.s64 %rd0, %rd1, %rd2
          -7 2 -> -3
          0x100000000 -3 -> -1431655765
          0x8000000000000000 -1 -> 0x8000000000000000
          5 0 -> -1
      div.u64 %rd0, %rd1, %rd2
          0xffffffffffffffff 2 -> 0x7fffffffffffffff
          0xffffffffffffffff 0x8000000000000000 -> 1
          5 0 -> 0xffffffffffffffff
      div.s16 %rs0, %rs1, %rs2
          -7 2 -> -3
      div.u16 %rs0, %rs1, %rs2
          0xffff 2 -> 0x7fff
      div.u32 %r0, %r1, 7
          20 -> 2
      rem.s32 %r0, %r1, %r2
          7 2 -> 1
          -7 2 -> -1
          7 -2 -> 1
          0x80000000 -1 -> 0
      rem.u32 %r0, %r1, %r2
          0xffffffff 10 -> 5
          7 0x80000000 -> 7
      rem.s64 %rd0, %rd1, %rd2
          -7 2 -> -1
          0x8000000000000000 -1 -> 0
      rem.u64 %rd0, %rd1, %rd2
          0xffffffffffffffff 10 -> 5
          0x8000000000000000 0xffffffffffffffff -> 0x8000000000000000
      rem.s16 %rs0, %rs1, %rs2
          -7 4 -> -3
      rem.u16 %rs0, %rs1, %rs2
          0xffff 10 -> 5

      abs.s32 %r0, %r1
          -5 -> 5
          5 -> 5
          0x80000000 -> 0x80000000
      abs.s64 %rd0, %rd1
          -5 -> 5
          0x8000000000000000 -> 0x8000000000000000
      abs.s16 %rs0, %rs1
          -5 -> 5
          0x8000 -> 0x8000
      neg.s32 %r0, %r1
          5 -> -5
          0 -> 0
          0x80000000 -> 0x80000000
      neg.s64 %rd0, %rd1
          5 -> -5
          0x80000000 -> 0xffffffff80000000
      neg.s16 %rs0, %rs1
          5 -> -5
      min.s32 %r0, %r1, %r2
          -1 1 -> -1
          0x80000000 0x7fffffff -> 0x80000000
      min.u32 %r0, %r1, %r2
          0xffffffff 1 -> 1
          3 0x80000000 -> 3
      min.s64 %rd0, %rd1, %rd2
          -1 1 -> -1
          0x100000000 0xffffffff -> 0xffffffff
      min.u64 %rd0, %rd1, %rd2
          -1 1 -> 1
      min.s16 %rs0, %rs1, %rs2
          -1 1 -> -1
      min.u16 %rs0, %rs1, %rs2
          0xffff 1 -> 1
      max.s32 %r0, %r1, %r2
          -1 1 -> 1
          0x80000000 0x7fffffff -> 0x7fffffff
      max.s32 %r0, %r1, 0
          -1 -> 0
          9 -> 9
      max.u32 %r0, %r1, %r2
          0xffffffff 1 -> 0xffffffff
      max.s64 %rd0, %rd1, %rd2
          -1 1 -> 1
          0x100000000 0xffffffff -> 0x100000000
      max.u64 %rd0, %rd1, %rd2
          -1 1 -> -1
      max.s16 %rs0, %rs1, %rs2
          -1 1 -> 1
      max.u16 %rs0, %rs1, %rs2
          0xffff 1 -> 0xffff

      popc.b32 %r0, %r1
          0 -> 0
          0xffffffff -> 32
          0x80000001 -> 2
      popc.b64 %r0, %rd1
          0xffffffffffffffff -> 64
          0x8000000100000000 -> 2
      clz.b32 %r0, %r1
          0 -> 32
          1 -> 31
          0x80000000 -> 0
          0x00ffffff -> 8
      clz.b64 %r0, %rd1
          0 -> 64
          1 -> 63
          0x100000000 -> 31
      bfind.u32 %r0, %r1
          0 -> 0xffffffff
          1 -> 0
          0x80000000 -> 31
          0x0001ffff -> 16
      bfind.s32 %r0, %r1
          0 -> 0xffffffff
          -1 -> 0xffffffff
          -2 -> 0
          0x80000000 -> 30
          5 -> 2
      bfind.shiftamt.u32 %r0, %r1
          0x80000000 -> 0
          1 -> 31
          0 -> 0xffffffff
      bfind.shiftamt.s32 %r0, %r1
          1 -> 31
          -2 -> 31
      bfind.u64 %r0, %rd1
          0x100000000 -> 32
          0 -> 0xffffffff
      bfind.s64 %r0, %rd1
          -1 -> 0xffffffff
          0x8000000000000000 -> 62
      bfind.shiftamt.u64 %r0, %rd1
          1 -> 63
      brev.b32 %r0, %r1
          1 -> 0x80000000
          0x12345678 -> 0x1e6a2c48
      brev.b64 %rd0, %rd1
          1 -> 0x8000000000000000
          0x123456789abcdef0 -> 0x0f7b3d591e6a2c48

      and.b32 %r0, %r1, %r2
          0xff00ff00 0x0ff00ff0 -> 0x0f000f00
      and.b32 %r0, %r1, 31
          0xffffffe7 -> 7
      or.b32 %r0, %r1, %r2
          0xff00ff00 0x0ff00ff0 -> 0xfff0fff0
      or.b32 %r0, %r1, -2147483648
          1 -> 0x80000001
      xor.b32 %r0, %r1, %r2
          0xff00ff00 0x0ff00ff0 -> 0xf0f0f0f0
      not.b32 %r0, %r1
          0x12345678 -> 0xedcba987
      and.b64 %rd0, %rd1, %rd2
          0xff00000000ff0000 0x0ff0000000f0f000 -> 0x0f00000000f00000
      and.b64 %rd0, %rd1, -4294967296
          0x123456789abcdef0 -> 0x1234567800000000
      or.b64 %rd0, %rd1, %rd2
          0xff00000000ff0000 0x0ff0000000f0f000 -> 0xfff0000000fff000
      xor.b64 %rd0, %rd1, %rd2
          0xff00000000ff0000 0x0ff0000000f0f000 -> 0xf0f00000000ff000
      not.b64 %rd0, %rd1
          0 -> 0xffffffffffffffff
          0x00000000ffffffff -> 0xffffffff00000000
      and.b16 %rs0, %rs1, %rs2
          0xff0f 0x0ff1 -> 0x0f01
      and.b16 %rs0, %rs1, 255
          0x1234 -> 0x34
      or.b16 %rs0, %rs1, %rs2
          0xff00 0x0ff1 -> 0xfff1
      xor.b16 %rs0, %rs1, %rs2
          0xff00 0x0ff1 -> 0xf0f1
      not.b16 %rs0, %rs1
          0x00ff -> 0xff00

      # amounts at and past the width shift everything out
      shl.b32 %r0, %r1, %r2
          1 31 -> 0x80000000
          1 32 -> 0
          1 0xffffffff -> 0
          0x12345678 4 -> 0x23456780
          5 0 -> 5
      shl.b32 %r0, %r1, 2
          0xc0000001 -> 4
      shl.b64 %rd0, %rd1, %r1
          1 63 -> 0x8000000000000000
          1 64 -> 0
          1 0xffffffff -> 0
          0xffffffff 32 -> 0xffffffff00000000
      shl.b64 %rd0, %rd1, 4
          0x1000000000000001 -> 16
      shl.b16 %rs0, %rs1, %r1
          1 15 -> 0x8000
          1 16 -> 0
          0xffff 4 -> 0xfff0
      shr.u32 %r0, %r1, %r2
          0x80000000 31 -> 1
          0x80000000 32 -> 0
          0xffffffff 0xffffffff -> 0
          0x12345678 8 -> 0x123456
      shr.u32 %r0, %r1, 16
          0xbf801234 -> 0xbf80
      shr.s32 %r0, %r1, %r2
          0x80000000 31 -> -1
          0x80000000 32 -> -1
          0x80000000 0xffffffff -> -1
          0x40000000 40 -> 0
          -5 1 -> -3
      shr.b32 %r0, %r1, %r2
          0x80000000 4 -> 0x08000000
      shr.u64 %rd0, %rd1, %r1
          0x8000000000000000 63 -> 1
          0x8000000000000000 64 -> 0
      shr.u64 %rd0, %rd1, 32
          0x123456789abcdef0 -> 0x12345678
      shr.s64 %rd0, %rd1, %r1
          0x8000000000000000 63 -> -1
          0x8000000000000000 64 -> -1
          0x4000000000000000 62 -> 1
      shr.s64 %rd0, %rd1, 63
          -7 -> -1
          7 -> 0
      shr.b64 %rd0, %rd1, %r1
          0x8000000000000000 60 -> 8
      shr.u16 %rs0, %rs1, %r1
          0x8000 15 -> 1
          0x8000 16 -> 0
          0xff00 8 -> 0xff
      shr.s16 %rs0, %rs1, %r1
          0x8000 15 -> 0xffff
          0x8000 16 -> 0xffff
          0x4000 14 -> 1
      shr.s16 %rs0, %rs1, 7
          0x8000 -> 0xff00

      # the register pair %r2:%r1 shifted as one, its upper or lower half kept
      shf.l.wrap.b32 %r0, %r1, %r2, %r3
          0x89abcdef 0x01234567 8 -> 0x23456789
          0x89abcdef 0x01234567 0 -> 0x01234567
          0x89abcdef 0x01234567 32 -> 0x01234567
          0x89abcdef 0x01234567 40 -> 0x23456789
          0x80000001 0x80000001 1 -> 3
      shf.l.clamp.b32 %r0, %r1, %r2, %r3
          0x89abcdef 0x01234567 8 -> 0x23456789
          0x89abcdef 0x01234567 32 -> 0x89abcdef
          0x89abcdef 0x01234567 40 -> 0x89abcdef
      shf.r.wrap.b32 %r0, %r1, %r2, %r3
          0x89abcdef 0x01234567 8 -> 0x6789abcd
          0x89abcdef 0x01234567 0 -> 0x89abcdef
          0x89abcdef 0x01234567 32 -> 0x89abcdef
          0x89abcdef 0x01234567 44 -> 0x56789abc
      shf.r.clamp.b32 %r0, %r1, %r2, %r3
          0x89abcdef 0x01234567 8 -> 0x6789abcd
          0x89abcdef 0x01234567 32 -> 0x01234567
          0x89abcdef 0x01234567 40 -> 0x01234567
      shf.l.wrap.b32 %r0, %r1, %r1, 13
          0x00080001 -> 0x00002001

      # position, then length; both taken modulo 256
      bfe.u32 %r0, %r1, %r2, %r3
          0x12345678 8 8 -> 0x56
          0x12345678 4 0 -> 0
          0x12345678 28 8 -> 1
          0x12345678 32 8 -> 0
          0x12345678 4 255 -> 0x01234567
          0x12345678 256 8 -> 0x78
          0x12345678 0 264 -> 0x78
      bfe.u32 %r0, %r1, 23, 8
          0x3f800000 -> 127
      bfe.s32 %r0, %r1, %r2, %r3
          0x12345678 8 8 -> 0x56
          0x0000f000 12 4 -> -1
          0x80000000 28 8 -> 0xfffffff8
          0x80000000 40 8 -> -1
          0x80000000 0 0 -> 0
          0x00000080 0 8 -> -128
      bfe.u64 %rd0, %rd1, %r1, %r2
          0x123456789abcdef0 32 16 -> 0x5678
          0x123456789abcdef0 60 8 -> 1
      bfe.s64 %rd0, %rd1, %r1, %r2
          0x8000000000000000 60 8 -> 0xfffffffffffffff8
          0x00000000ffff0000 16 16 -> -1
      bfi.b32 %r0, %r1, %r2, %r3, %r4
          0xff 0 8 8 -> 0xff00
          0 0xffffffff 4 8 -> 0xfffff00f
          0xffffffff 0 28 8 -> 0xf0000000
          0xabcd 0x11111111 0 0 -> 0x11111111
          0xabcd 0x11111111 32 8 -> 0x11111111
          0xabcd 0x11111111 256 16 -> 0x1111abcd
          0x12345678 0x11111111 0 255 -> 0x12345678
      bfi.b32 %r0, %r1, %r2, 16, 16
          0xabcd 0x11112222 -> 0xabcd2222
      bfi.b64 %rd0, %rd1, %rd2, 32, 32
          0x0123456789abcdef 0x1111111122222222 -> 0x89abcdef22222222
      bfi.b64 %rd0, %rd1, %rd2, %r1, %r2
          0xff 0 60 8 -> 0xf000000000000000

      # with 0xf0, 0xcc and 0xaa in the bytes the result is the table itself
      lop3.b32 %r0, %r1, %r2, %r3, 150
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0x96969696
          0x12345678 0x9abcdef0 0x0f0f0f0f -> 0x87878787
      lop3.b32 %r0, %r1, %r2, %r3, 0xe8
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0xe8e8e8e8
          0xffff0000 0xff00ff00 0xf0f0f0f0 -> 0xfff0f000
      lop3.b32 %r0, %r1, %r2, %r3, 202
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0xcacacaca
          0xffff0000 0x12345678 0x9abcdef0 -> 0x1234def0
      lop3.b32 %r0, %r1, %r2, %r3, 0x80
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0x80808080
      lop3.b32 %r0, %r1, %r2, %r3, 254
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0xfefefefe
      lop3.b32 %r0, %r1, %r2, %r3, 0x1b
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0x1b1b1b1b
      lop3.b32 %r0, %r1, %r2, %r3, 0x64
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0x64646464
      lop3.b32 %r0, %r1, %r2, %r3, 0
          0xf0f0f0f0 0xcccccccc 0xaaaaaaaa -> 0
      lop3.b32 %r0, %r1, %r2, %r3, 255
          0 0 0 -> 0xffffffff
      lop3.b32 %r0, %r1, %r2, 0, 0x3c
          0xff00ff00 0x0ff00ff0 -> 0xf0f0f0f0

      # a nibble of the selector chooses a byte of %r2:%r1, its top bit spreads that byte's sign
      prmt.b32 %r0, %r1, %r2, %r3
          0x83828180 0x07060504 0x3210 -> 0x83828180
          0x83828180 0x07060504 0x7654 -> 0x07060504
          0x83828180 0x07060504 0x0123 -> 0x80818283
          0x83828180 0x07060504 0xba98 -> 0xffffffff
          0x83828180 0x07060504 0xfedc -> 0
          0x83828180 0x07060504 0x4c08 -> 0x040080ff
          0x83828180 0x07060504 0x12345410 -> 0x05048180
      prmt.b32 %r0, %r1, %r2, 0x7632
          0x83828180 0x07060504 -> 0x07068382
      prmt.b32 %r0, %r1, 0, 0x4440
          0x83828180 -> 0x00000080
      prmt.b32 %r0, %r1, %r2, 4140
          0x83828180 0x07060504 -> 0x81808200

      prmt.b32.f4e %r0, %r1, %r2, %r3
          0x03020100 0x07060504 0 -> 0x03020100
          0x03020100 0x07060504 1 -> 0x04030201
          0x03020100 0x07060504 2 -> 0x05040302
          0x03020100 0x07060504 3 -> 0x06050403
      prmt.b32.b4e %r0, %r1, %r2, %r3
          0x03020100 0x07060504 0 -> 0x05060700
          0x03020100 0x07060504 1 -> 0x06070001
          0x03020100 0x07060504 2 -> 0x07000102
          0x03020100 0x07060504 3 -> 0x00010203
      prmt.b32.rc8 %r0, %r1, %r2, %r3
          0x03020100 0x07060504 0 -> 0x00000000
          0x03020100 0x07060504 2 -> 0x02020202
      prmt.b32.ecl %r0, %r1, %r2, %r3
          0x03020100 0x07060504 0 -> 0x03020100
          0x03020100 0x07060504 1 -> 0x03020101
          0x03020100 0x07060504 2 -> 0x03020202
          0x03020100 0x07060504 3 -> 0x03030303
      prmt.b32.ecr %r0, %r1, %r2, %r3
          0x03020100 0x07060504 0 -> 0x00000000
          0x03020100 0x07060504 1 -> 0x01010100
          0x03020100 0x07060504 2 -> 0x02020100
          0x03020100 0x07060504 3 -> 0x03020100
      prmt.b32.rc16 %r0, %r1, %r2, %r3
          0x03020100 0x07060504 0 -> 0x01000100
          0x03020100 0x07060504 1 -> 0x03020302

      # carries go from one instruction to the next
      add.cc.u32 %r0, %r1, %r3; addc.u32 %r5, %r2, %r4
          0xffffffff 1 0 0 -> 0 1
          0xffffffff 0 5 6 -> 0xffffffff 11
          0x80000000 0x80000000 0xffffffff 0 -> 0 0
      add.cc.u32 %r0, %r1, %r2; addc.cc.u32 %r3, %r4, %r5; addc.u32 %r6, %r7, %r8
          0xffffffff 1 0xffffffff 0 7 0 -> 0 0 8
          0xffffffff 1 0xffffffff 0xffffffff 7 0 -> 0 0xffffffff 8
          1 2 3 4 5 6 -> 3 7 11
      add.cc.s32 %r0, %r1, %r2; addc.s32 %r3, %r4, %r5
          -1 1 -1 0 -> 0 0
      sub.cc.u32 %r0, %r1, %r2; subc.u32 %r3, %r4, %r5
          0 1 5 0 -> 0xffffffff 4
          5 3 7 2 -> 2 5
          3 3 0 0 -> 0 0
      sub.cc.u32 %r0, %r1, %r2; subc.cc.u32 %r3, %r4, %r5; subc.u32 %r6, %r7, %r8
          0 1 0 0 9 0 -> 0xffffffff 0xffffffff 8
          0 1 0 0xffffffff 9 0 -> 0xffffffff 0 8
      add.cc.u64 %rd0, %rd1, %rd2; addc.u64 %rd3, %rd4, %rd5
          0xffffffffffffffff 1 3 4 -> 0 8
          5 6 3 4 -> 11 7
      add.cc.u64 %rd0, %rd1, %rd2; addc.cc.u64 %rd3, %rd4, %rd5; addc.u64 %rd6, %rd7, %rd8
          0xffffffffffffffff 1 0xffffffffffffffff 0 7 0 -> 0 0 8
          0xffffffffffffffff 1 0xffffffffffffffff 0xffffffffffffffff 7 0 -> 0 0xffffffffffffffff 8
          0xffffffffffffffff 1 5 6 7 0 -> 0 12 7
      sub.cc.u64 %rd0, %rd1, %rd2; subc.cc.u64 %rd3, %rd4, %rd5; subc.u64 %rd6, %rd7, %rd8
          0 1 0 0 9 0 -> 0xffffffffffffffff 0xffffffffffffffff 8
          0 1 0 0xffffffffffffffff 9 0 -> 0xffffffffffffffff 0 8
          5 3 9 2 9 0 -> 2 7 9
      sub.cc.s32 %r0, %r1, %r2; subc.s32 %r3, %r4, %r5
          0 1 5 0 -> -1 4
      mad.lo.cc.u32 %r0, %r1, %r2, %r3; madc.hi.u32 %r4, %r1, %r2, %r5
          0xffffffff 0xffffffff 0xffffffff 0 -> 0 0xffffffff
          2 3 4 5 -> 10 5
      mad.lo.cc.u32 %r0, %r1, %r2, %r3; madc.lo.u32 %r4, %r1, %r2, %r5
          0xffffffff 2 2 1 -> 0 0

      and.pred %p0, %p1, %p2
          0 0 -> 0
          0 1 -> 0
          1 0 -> 0
          1 1 -> 1
      or.pred %p0, %p1, %p2
          0 0 -> 0
          0 1 -> 1
          1 0 -> 1
          1 1 -> 1
      xor.pred %p0, %p1, %p2
          0 0 -> 0
          0 1 -> 1
          1 0 -> 1
          1 1 -> 0
      not.pred %p0, %p1
          0 -> 1
          1 -> 0
      mov.pred %p0, %p1
          0 -> 0
          1 -> 1
      mov.pred %p0, -1
          -> 1
      mov.pred %p0, 0
          -> 0

      # guards, jumps
      @%p1 add.s32 %r0, %r1, %r2
          1 9 3 4 -> 7
          0 9 3 4 -> 9
      @!%p1 add.s32 %r0, %r1, %r2
          1 9 3 4 -> 9
          0 9 3 4 -> 7
      mov.u32 %r0, 1; @%p1 bra over; mov.u32 %r0, 2; over: add.s32 %r2, %r0, %r1
          0 10 -> 12
          1 10 -> 11
      mov.u32 %r0, 1; bra.uni over; mov.u32 %r0, 2; over: add.s32 %r2, %r0, %r1
          10 -> 11
      mov.u32 %r0, 1; bra over; mov.u32 %r0, 2; over: add.s32 %r2, %r0, %r1
          10 -> 11
      """;
}
