package io.loxodrome.ptx;

/**
 * Loads, stores and atomics, by a single thread on memory that {@link CaseKernel} describes: bytes
 * that are only read are 0x80, 0x81, ... in all spaces.
 */
final class MemoryInstructions {
  private MemoryInstructions() {}

  static final String TABLE =
      """
      # little-endian; narrow values extended by their sign
      ld.global.u8 %rs0, [%source+1]
          -> 0x81
      ld.global.u8 %r0, [%source+1]
          -> 0x81
      ld.global.s8 %rs0, [%source+1]
          -> 0xff81
      ld.global.s8 %r0, [%source+1]
          -> 0xffffff81
      ld.global.b8 %rs0, [%source+1]
          -> 0x81
      ld.global.u16 %rs0, [%source+2]
          -> 0x8382
      ld.global.u16 %r0, [%source+2]
          -> 0x8382
      ld.global.s16 %r0, [%source+2]
          -> 0xffff8382
      ld.global.b16 %rs0, [%source+2]
          -> 0x8382
      ld.global.u32 %r0, [%source+4]
          -> 0x87868584
      ld.global.s32 %r0, [%source+4]
          -> 0x87868584
      ld.global.s32 %rd0, [%source+4]
          -> 0xffffffff87868584
      ld.global.u32 %rd0, [%source+4]
          -> 0x87868584
      ld.global.b32 %r0, [%source]
          -> 0x83828180
      ld.global.f32 %f0, [%source+4]
          -> 0x87868584
      ld.global.u64 %rd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.s64 %rd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.b64 %rd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.f64 %fd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      add.s64 %rd1, %source, 16; ld.global.u32 %r0, [%rd1+-4]; ld.global.u32 %r1, [%rd1]
          -> 0x8f8e8d8c 0x93929190
      ld.global.nc.u8 %rs0, [%source+1]
          -> 0x81
      ld.global.nc.s8 %rs0, [%source+1]
          -> 0xff81
      ld.global.nc.u16 %rs0, [%source+2]
          -> 0x8382
      ld.global.nc.b16 %rs0, [%source+2]
          -> 0x8382
      ld.global.nc.u32 %r0, [%source+4]
          -> 0x87868584
      ld.global.nc.s32 %r0, [%source+4]
          -> 0x87868584
      ld.global.nc.b32 %r0, [%source+4]
          -> 0x87868584
      ld.global.nc.f32 %f0, [%source+4]
          -> 0x87868584
      ld.global.nc.u64 %rd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.nc.s64 %rd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.nc.b64 %rd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.nc.f64 %fd0, [%source+8]
          -> 0x8f8e8d8c8b8a8988
      ld.global.v2.u8 {%rs0, %rs1}, [%source+2]
          -> 0x82 0x83
      ld.global.v4.u8 {%rs0, %rs1, %rs2, %rs3}, [%source+4]
          -> 0x84 0x85 0x86 0x87
      ld.global.v2.u16 {%rs0, %rs1}, [%source+4]
          -> 0x8584 0x8786
      ld.global.v4.u16 {%rs0, %rs1, %rs2, %rs3}, [%source+8]
          -> 0x8988 0x8b8a 0x8d8c 0x8f8e
      ld.global.v2.u32 {%r0, %r1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%source+16]
          -> 0x93929190 0x97969594 0x9b9a9998 0x9f9e9d9c
      ld.global.v2.f32 {%f0, %f1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%source]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      ld.global.v2.u64 {%rd0, %rd1}, [%source+16]
          -> 0x9796959493929190 0x9f9e9d9c9b9a9998
      ld.global.v2.f64 {%fd0, %fd1}, [%source+16]
          -> 0x9796959493929190 0x9f9e9d9c9b9a9998
      ld.global.v2.b32 {%r0, %r1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%source+16]
          -> 0x93929190 0x97969594 0x9b9a9998 0x9f9e9d9c
      ld.global.v2.b64 {%rd0, %rd1}, [%source+16]
          -> 0x9796959493929190 0x9f9e9d9c9b9a9998
      ld.global.v4.b16 {%rs0, %rs1, %rs2, %rs3}, [%source+8]
          -> 0x8988 0x8b8a 0x8d8c 0x8f8e
      ld.global.v4.s32 {%r0, %r1, %r2, %r3}, [%source+16]
          -> 0x93929190 0x97969594 0x9b9a9998 0x9f9e9d9c
      ld.global.v2.s32 {%r0, %r1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.nc.v2.u8 {%rs0, %rs1}, [%source+2]
          -> 0x82 0x83
      ld.global.nc.v4.u8 {%rs0, %rs1, %rs2, %rs3}, [%source+4]
          -> 0x84 0x85 0x86 0x87
      ld.global.nc.v2.u16 {%rs0, %rs1}, [%source+4]
          -> 0x8584 0x8786
      ld.global.nc.v4.u16 {%rs0, %rs1, %rs2, %rs3}, [%source+8]
          -> 0x8988 0x8b8a 0x8d8c 0x8f8e
      ld.global.nc.v2.u32 {%r0, %r1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.nc.v4.u32 {%r0, %r1, %r2, %r3}, [%source+16]
          -> 0x93929190 0x97969594 0x9b9a9998 0x9f9e9d9c
      ld.global.nc.v4.s32 {%r0, %r1, %r2, %r3}, [%source+16]
          -> 0x93929190 0x97969594 0x9b9a9998 0x9f9e9d9c
      ld.global.nc.v2.s32 {%r0, %r1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.nc.v2.f32 {%f0, %f1}, [%source+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.global.nc.v4.f32 {%f0, %f1, %f2, %f3}, [%source]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      ld.global.nc.v2.u64 {%rd0, %rd1}, [%source+16]
          -> 0x9796959493929190 0x9f9e9d9c9b9a9998
      ld.global.nc.v2.f64 {%fd0, %fd1}, [%source+16]
          -> 0x9796959493929190 0x9f9e9d9c9b9a9998
      ld.global.nc.L1::no_allocate.v4.f32 {%f0, %f1, %f2, %f3}, [%source]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      ld.global.ca.f32 %f0, [%source]
          -> 0x83828180
      ld.global.cg.f32 %f0, [%source]
          -> 0x83828180
      ld.global.cs.f32 %f0, [%source]
          -> 0x83828180
      ld.global.lu.f32 %f0, [%source]
          -> 0x83828180
      ld.global.cv.u32 %r0, [%source]
          -> 0x83828180
      ld.global.cs.v4.f32 {%f0, %f1, %f2, %f3}, [%source]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      ld.global.cg.v4.f32 {%f0, %f1, %f2, %f3}, [%source]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      ld.global.cs.v4.u32 {%r0, %r1, %r2, %r3}, [%source+16]
          -> 0x93929190 0x97969594 0x9b9a9998 0x9f9e9d9c
      ld.volatile.global.u32 %r0, [%source]
          -> 0x83828180
      ld.volatile.global.f32 %f0, [%source]
          -> 0x83828180
      cvta.global.u64 %rd1, %source; ld.u32 %r0, [%rd1+4]
          -> 0x87868584
      cvta.global.u64 %rd1, %source; ld.f32 %f0, [%rd1+4]
          -> 0x87868584
      cvta.global.u64 %rd1, %source; cvta.to.global.u64 %rd2, %rd1; ld.global.u32 %r0, [%rd2]
          -> 0x83828180

      # every thread stores into its own bytes
      st.global.u8 [%global+1], %rs1; ld.global.u8 %r0, [%global+1]
          0x1234 -> 0x34
      st.global.u8 [%global+1], %r1; ld.global.u8 %r0, [%global+1]
          0x12345678 -> 0x78
      st.global.b8 [%global+1], %rs1; ld.global.b8 %rs0, [%global+1]
          0x1234 -> 0x34
      st.global.s8 [%global+1], %rs1; ld.global.s8 %rs0, [%global+1]
          0x1280 -> 0xff80
      st.global.u16 [%global+2], %rs1; ld.global.u16 %rs0, [%global+2]
          0x1234 -> 0x1234
      st.global.s16 [%global+2], %rs1; ld.global.s16 %rs0, [%global+2]
          0x8234 -> 0x8234
      st.global.b16 [%global+2], %rs1; ld.global.b16 %rs0, [%global+2]
          0x1234 -> 0x1234
      st.global.u32 [%global+4], %r1; ld.global.u32 %r0, [%global+4]
          0x12345678 -> 0x12345678
      st.global.s32 [%global+4], %r1; ld.global.s32 %r0, [%global+4]
          -5 -> -5
      st.global.b32 [%global+4], %r1; ld.global.b32 %r0, [%global+4]
          -5 -> -5
      st.global.f32 [%global+4], %f1; ld.global.f32 %f0, [%global+4]
          -1.5 -> -1.5
          0x7fa00001 -> 0x7fa00001
      st.global.f32 [%global+4], 0f3FC00000; ld.global.f32 %f0, [%global+4]
          -> 1.5
      st.global.u32 [%global+4], 7; ld.global.u32 %r0, [%global+4]
          -> 7
      st.global.u64 [%global+8], %rd1; ld.global.u64 %rd0, [%global+8]
          0x123456789abcdef0 -> 0x123456789abcdef0
      st.global.s64 [%global+8], %rd1; ld.global.s64 %rd0, [%global+8]
          -5 -> -5
      st.global.b64 [%global+8], %rd1; ld.global.b64 %rd0, [%global+8]
          -5 -> -5
      st.global.f64 [%global+8], %fd1; ld.global.f64 %fd0, [%global+8]
          -1.5 -> -1.5
      st.global.u32 [%global], %rd1; ld.global.u32 %r0, [%global]
          0x123456789abcdef0 -> 0x9abcdef0
      st.global.u32 [%global], %r1; st.global.u8 [%global+2], %r2; ld.global.u32 %r0, [%global]
          0x11223344 0xff -> 0x11ff3344
      st.global.u8 [%global], %r1; st.global.u8 [%global+1], %r2; ld.global.u16 %r0, [%global]
          0x34 0x12 -> 0x1234
      st.global.v2.u8 [%global+2], {%rs1, %rs2}; ld.global.u16 %r0, [%global+2]
          0x34 0x12 -> 0x1234
      st.global.v4.u8 [%global+4], {%rs1, %rs2, %rs3, %rs4}; ld.global.u32 %r0, [%global+4]
          0x78 0x56 0x34 0x12 -> 0x12345678
      st.global.v2.u16 [%global+4], {%rs1, %rs2}; ld.global.u32 %r0, [%global+4]
          0x5678 0x1234 -> 0x12345678
      st.global.v4.u16 [%global+8], {%rs1, %rs2, %rs3, %rs4}; ld.global.u64 %rd0, [%global+8]
          1 2 3 4 -> 0x0004000300020001
      st.global.v4.b16 [%global+8], {%rs1, %rs2, %rs3, %rs4}; ld.global.u64 %rd0, [%global+8]
          1 2 3 4 -> 0x0004000300020001
      st.global.v2.u32 [%global+8], {%r1, %r2}; ld.global.u64 %rd0, [%global+8]
          1 2 -> 0x0000000200000001
      st.global.v2.b32 [%global+8], {%r1, %r2}; ld.global.u64 %rd0, [%global+8]
          1 2 -> 0x0000000200000001
      st.global.v2.s32 [%global+8], {%r1, %r2}; ld.global.u64 %rd0, [%global+8]
          1 2 -> 0x0000000200000001
      st.global.v4.u32 [%global+16], {%r1, %r2, %r3, %r4}; ld.global.v2.u64 {%rd0, %rd1}, [%global+16]
          1 2 3 4 -> 0x0000000200000001 0x0000000400000003
      st.global.v4.b32 [%global+16], {%r1, %r2, %r3, %r4}; ld.global.v2.u64 {%rd0, %rd1}, [%global+16]
          1 2 3 4 -> 0x0000000200000001 0x0000000400000003
      st.global.v4.s32 [%global+16], {%r1, %r2, %r3, %r4}; ld.global.v2.u64 {%rd0, %rd1}, [%global+16]
          1 2 3 4 -> 0x0000000200000001 0x0000000400000003
      st.global.v2.f32 [%global+8], {%f1, %f2}; ld.global.u64 %rd0, [%global+8]
          1 2 -> 0x400000003f800000
      st.global.v4.f32 [%global+16], {%f1, %f2, %f3, %f4}; ld.global.v4.f32 {%f5, %f6, %f7, %f8}, [%global+16]
          1 2 3 4 -> 1 2 3 4
      st.global.v2.u64 [%global+16], {%rd1, %rd2}; ld.global.v2.u64 {%rd3, %rd4}, [%global+16]
          -5 7 -> -5 7
      st.global.v2.b64 [%global+16], {%rd1, %rd2}; ld.global.v2.b64 {%rd3, %rd4}, [%global+16]
          -5 7 -> -5 7
      st.global.v2.f64 [%global+16], {%fd1, %fd2}; ld.global.v2.f64 {%fd3, %fd4}, [%global+16]
          -5 7 -> -5 7
      st.global.wb.f32 [%global], %f1; ld.global.f32 %f0, [%global]
          1.5 -> 1.5
      st.global.cg.f32 [%global], %f1; ld.global.f32 %f0, [%global]
          1.5 -> 1.5
      st.global.cs.f32 [%global], %f1; ld.global.f32 %f0, [%global]
          1.5 -> 1.5
      st.global.wt.u32 [%global], %r1; ld.global.u32 %r0, [%global]
          15 -> 15
      st.global.cs.v4.f32 [%global], {%f1, %f2, %f3, %f4}; ld.global.v4.f32 {%f5, %f6, %f7, %f8}, [%global]
          1 2 3 4 -> 1 2 3 4
      st.global.cg.v4.f32 [%global], {%f1, %f2, %f3, %f4}; ld.global.v4.f32 {%f5, %f6, %f7, %f8}, [%global]
          1 2 3 4 -> 1 2 3 4
      st.global.wb.v2.f32 [%global+8], {%f1, %f2}; ld.global.v2.f32 {%f3, %f4}, [%global+8]
          1 2 -> 1 2
      st.global.wb.v4.u32 [%global], {%r1, %r2, %r3, %r4}; ld.global.v4.u32 {%r5, %r6, %r7, %r8}, [%global]
          1 2 3 4 -> 1 2 3 4
      st.global.cs.v4.u32 [%global], {%r1, %r2, %r3, %r4}; ld.global.v4.u32 {%r5, %r6, %r7, %r8}, [%global]
          1 2 3 4 -> 1 2 3 4
      st.volatile.global.u32 [%global], %r1; ld.volatile.global.u32 %r0, [%global]
          15 -> 15
      st.volatile.global.f32 [%global], %f1; ld.volatile.global.f32 %f0, [%global]
          1.5 -> 1.5
      cvta.global.u64 %rd1, %global; st.u32 [%rd1+4], %r1; ld.global.u32 %r0, [%global+4]
          15 -> 15
      cvta.global.u64 %rd1, %global; st.f32 [%rd1+4], %f1; ld.global.f32 %f0, [%global+4]
          1.5 -> 1.5

      # shared memory by 32-bit and by 64-bit addresses, by name, and through the generic space
      st.shared.u8 [%shared+1], %rs1; ld.shared.u8 %rs0, [%shared+1]
          0x1234 -> 0x34
      st.shared.u8 [%shared], %rs1; ld.shared.s8 %r0, [%shared]
          0x1280 -> -128
      st.shared.u16 [%shared+2], %rs1; ld.shared.u16 %rs0, [%shared+2]
          0x1234 -> 0x1234
      st.shared.b16 [%shared+2], %rs1; ld.shared.s16 %r0, [%shared+2]
          0x8234 -> 0xffff8234
      st.shared.u32 [%shared+4], %r1; ld.shared.u32 %r0, [%shared+4]
          -5 -> -5
      st.shared.s32 [%shared+4], %r1; ld.shared.s32 %r0, [%shared+4]
          -5 -> -5
      st.shared.b32 [%shared+4], %r1; ld.shared.b32 %r0, [%shared+4]
          -5 -> -5
      st.shared.f32 [%shared+4], %f1; ld.shared.f32 %f0, [%shared+4]
          1.5 -> 1.5
      st.shared.u64 [%shared+8], %rd1; ld.shared.u64 %rd0, [%shared+8]
          0x123456789abcdef0 -> 0x123456789abcdef0
      st.shared.b64 [%shared+8], %rd1; ld.shared.b64 %rd0, [%shared+8]
          0x123456789abcdef0 -> 0x123456789abcdef0
      st.shared.f64 [%shared+8], %fd1; ld.shared.f64 %fd0, [%shared+8]
          1.5 -> 1.5
      st.shared.v2.f32 [%shared+8], {%f1, %f2}; ld.shared.v2.f32 {%f3, %f4}, [%shared+8]
          1 2 -> 1 2
      st.shared.v4.f32 [%shared+16], {%f1, %f2, %f3, %f4}; ld.shared.v4.f32 {%f5, %f6, %f7, %f8}, [%shared+16]
          1 2 3 4 -> 1 2 3 4
      st.shared.v2.u32 [%shared+8], {%r1, %r2}; ld.shared.v2.u32 {%r3, %r4}, [%shared+8]
          1 2 -> 1 2
      st.shared.v4.u32 [%shared+16], {%r1, %r2, %r3, %r4}; ld.shared.v4.u32 {%r5, %r6, %r7, %r8}, [%shared+16]
          1 2 3 4 -> 1 2 3 4
      st.shared.v2.u64 [%shared+16], {%rd1, %rd2}; ld.shared.v2.u64 {%rd3, %rd4}, [%shared+16]
          -5 7 -> -5 7
      st.shared.v2.f64 [%shared+16], {%fd1, %fd2}; ld.shared.v2.f64 {%fd3, %fd4}, [%shared+16]
          -5 7 -> -5 7
      st.volatile.shared.f32 [%shared+4], %f1; ld.volatile.shared.f32 %f0, [%shared+4]
          1.5 -> 1.5
      st.volatile.shared.u32 [%shared+4], %r1; ld.volatile.shared.u32 %r0, [%shared+4]
          15 -> 15
      st.shared.f32 [%shared64+4], %f1; ld.shared.f32 %f0, [%shared+4]
          1.5 -> 1.5
      st.shared.f32 [%shared+4], %f1; cvta.shared.u64 %rd1, %shared64; ld.f32 %f0, [%rd1+4]
          1.5 -> 1.5
      cvta.shared.u64 %rd1, %shared64; st.u32 [%rd1+4], %r1; ld.shared.u32 %r0, [%shared+4]
          15 -> 15
      cvta.shared.u64 %rd1, %shared64; cvta.to.shared.u64 %rd2, %rd1; st.shared.u32 [%rd2], %r1; ld.shared.u32 %r0, [%shared]
          15 -> 15

      # local memory
      st.local.u8 [%local+1], %rs1; ld.local.u8 %rs0, [%local+1]
          0x1234 -> 0x34
      st.local.u16 [%local+2], %rs1; ld.local.u16 %rs0, [%local+2]
          0x1234 -> 0x1234
      st.local.u32 [%local+4], %r1; ld.local.u32 %r0, [%local+4]
          -5 -> -5
      st.local.f32 [%local+4], %f1; ld.local.f32 %f0, [%local+4]
          1.5 -> 1.5
      st.local.u64 [%local+8], %rd1; ld.local.u64 %rd0, [%local+8]
          -5 -> -5
      st.local.f64 [%local+8], %fd1; ld.local.f64 %fd0, [%local+8]
          1.5 -> 1.5
      st.local.v2.f32 [%local+8], {%f1, %f2}; ld.local.v2.f32 {%f3, %f4}, [%local+8]
          1 2 -> 1 2
      st.local.v4.f32 [%local+16], {%f1, %f2, %f3, %f4}; ld.local.v4.f32 {%f5, %f6, %f7, %f8}, [%local+16]
          1 2 3 4 -> 1 2 3 4
      st.local.v2.u32 [%local+8], {%r1, %r2}; ld.local.v2.u32 {%r3, %r4}, [%local+8]
          1 2 -> 1 2
      st.local.v4.u32 [%local+16], {%r1, %r2, %r3, %r4}; ld.local.v4.u32 {%r5, %r6, %r7, %r8}, [%local+16]
          1 2 3 4 -> 1 2 3 4
      st.local.u32 [%local+4], %r1; cvta.local.u64 %rd1, %local; ld.u32 %r0, [%rd1+4]
          15 -> 15
      cvta.local.u64 %rd1, %local; st.f32 [%rd1], %f1; cvta.to.local.u64 %rd2, %rd1; ld.local.f32 %f0, [%rd2]
          1.5 -> 1.5

      # constants, variables with initial values, parameters
      ld.const.u32 %r0, [constants+4]
          -> 0x87868584
      ld.const.s32 %r0, [constants]
          -> 0x83828180
      ld.const.f32 %f0, [constants+4]
          -> 0x87868584
      ld.const.u8 %rs0, [constants+1]
          -> 0x81
      ld.const.u16 %rs0, [constants+2]
          -> 0x8382
      ld.const.u64 %rd0, [constants+8]
          -> 0x8f8e8d8c8b8a8988
      ld.const.f64 %fd0, [constants+8]
          -> 0x8f8e8d8c8b8a8988
      ld.const.v2.f32 {%f0, %f1}, [constants+8]
          -> 0x8b8a8988 0x8f8e8d8c
      ld.const.v4.f32 {%f0, %f1, %f2, %f3}, [constants]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      ld.const.v4.u32 {%r0, %r1, %r2, %r3}, [constants]
          -> 0x83828180 0x87868584 0x8b8a8988 0x8f8e8d8c
      mov.u64 %rd1, constants; ld.const.u32 %r0, [%rd1+12]
          -> 0x8f8e8d8c
      mov.u64 %rd1, constants; add.s64 %rd2, %rd1, 8; ld.const.f32 %f0, [%rd2+-4]
          -> 0x87868584
      mov.u64 %rd1, constants; cvta.const.u64 %rd2, %rd1; ld.u32 %r0, [%rd2+12]
          -> 0x8f8e8d8c
      ld.global.u32 %r0, [variable+4]
          -> 0x87868584
      ld.global.nc.f32 %f0, [variable+8]
          -> 0x8b8a8988
      mov.u64 %rd1, variable; ld.global.nc.u32 %r0, [%rd1+12]
          -> 0x8f8e8d8c
      mov.u64 %rd1, variable+8; ld.global.u32 %r0, [%rd1]
          -> 0x8b8a8988
      ld.param.u32 %r0, [word]
          -> 0x83828180
      ld.param.s32 %r0, [word]
          -> 0x83828180
      ld.param.b32 %r0, [word]
          -> 0x83828180
      ld.param.s32 %rd0, [word]
          -> 0xffffffff83828180
      ld.param.u16 %rs0, [word+2]
          -> 0x8382
      ld.param.u8 %rs0, [word+1]
          -> 0x81
      ld.param.s8 %rs0, [word+3]
          -> 0xff83
      ld.param.u64 %rd0, [wide]
          -> 0x8786858483828180
      ld.param.s64 %rd0, [wide]
          -> 0x8786858483828180
      ld.param.b64 %rd0, [wide]
          -> 0x8786858483828180
      ld.param.u32 %r0, [wide+4]
          -> 0x87868584
      ld.param.f32 %f0, [single]
          -> -1.5
      ld.param.f64 %fd0, [real]
          -> -1.5
      ld.param.v2.u32 {%r0, %r1}, [wide]
          -> 0x83828180 0x87868584

      # atomics return what was there before
      st.global.u32 [%global], %r1; atom.global.add.u32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          5 7 -> 5 12
          0xffffffff 1 -> 0xffffffff 0
      st.global.u32 [%global], %r1; atom.global.add.s32 %r0, [%global], -2; ld.global.u32 %r3, [%global]
          5 -> 5 3
      st.global.u64 [%global], %rd1; atom.global.add.u64 %rd0, [%global], %rd2; ld.global.u64 %rd3, [%global]
          0xffffffff 1 -> 0xffffffff 0x100000000
      st.global.f32 [%global], %f1; atom.global.add.f32 %f0, [%global], %f2; ld.global.f32 %f3, [%global]
          1.5 2 -> 1.5 3.5
          1 0x1p-24 -> 1 1
      st.global.f64 [%global], %fd1; atom.global.add.f64 %fd0, [%global], %fd2; ld.global.f64 %fd3, [%global]
          1.5 2 -> 1.5 3.5
      st.global.u32 [%global], %r1; atom.global.max.s32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          -5 7 -> -5 7
          7 -5 -> 7 7
      st.global.u32 [%global], %r1; atom.global.max.u32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          -5 7 -> -5 -5
      st.global.u32 [%global], %r1; atom.global.min.s32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          -5 7 -> -5 -5
      st.global.u32 [%global], %r1; atom.global.min.u32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          -5 7 -> -5 7
      st.global.u64 [%global], %rd1; atom.global.max.u64 %rd0, [%global], %rd2; ld.global.u64 %rd3, [%global]
          -5 7 -> -5 -5
      st.global.u64 [%global], %rd1; atom.global.min.s64 %rd0, [%global], %rd2; ld.global.u64 %rd3, [%global]
          7 -5 -> 7 -5
      st.global.u32 [%global], %r1; atom.global.exch.b32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          5 7 -> 5 7
      st.global.u64 [%global], %rd1; atom.global.exch.b64 %rd0, [%global], %rd2; ld.global.u64 %rd3, [%global]
          5 -7 -> 5 -7
      st.global.u32 [%global], %r1; atom.global.cas.b32 %r0, [%global], %r2, %r3; ld.global.u32 %r4, [%global]
          5 5 9 -> 5 9
          5 6 9 -> 5 5
      st.global.u64 [%global], %rd1; atom.global.cas.b64 %rd0, [%global], %rd2, %rd3; ld.global.u64 %rd4, [%global]
          5 5 -9 -> 5 -9
          5 6 -9 -> 5 5
      st.global.u32 [%global], %r1; atom.global.and.b32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          12 10 -> 12 8
      st.global.u32 [%global], %r1; atom.global.or.b32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          12 10 -> 12 14
      st.global.u32 [%global], %r1; atom.global.xor.b32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          12 10 -> 12 6
      st.global.u32 [%global], %r1; atom.global.inc.u32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          5 7 -> 5 6
          7 7 -> 7 0
          9 7 -> 9 0
      st.global.u32 [%global], %r1; atom.global.dec.u32 %r0, [%global], %r2; ld.global.u32 %r3, [%global]
          5 7 -> 5 4
          0 7 -> 0 7
          9 7 -> 9 7
      st.global.u32 [%global], %r1; red.global.add.u32 [%global], %r2; ld.global.u32 %r0, [%global]
          5 7 -> 12
      st.global.u32 [%global], %r1; red.global.add.s32 [%global], %r2; ld.global.u32 %r0, [%global]
          5 -7 -> -2
      st.global.u64 [%global], %rd1; red.global.add.u64 [%global], %rd2; ld.global.u64 %rd0, [%global]
          5 -7 -> -2
      st.global.f32 [%global], %f1; red.global.add.f32 [%global], %f2; ld.global.f32 %f0, [%global]
          1.5 2 -> 3.5
      st.global.u32 [%global], %r1; red.global.max.s32 [%global], %r2; ld.global.u32 %r0, [%global]
          -5 7 -> 7
      st.global.u32 [%global], %r1; red.global.min.u32 [%global], %r2; ld.global.u32 %r0, [%global]
          -5 7 -> 7
      st.shared.u32 [%shared], %r1; atom.shared.add.u32 %r0, [%shared], %r2; ld.shared.u32 %r3, [%shared]
          5 7 -> 5 12
      st.shared.f32 [%shared], %f1; atom.shared.add.f32 %f0, [%shared], %f2; ld.shared.f32 %f3, [%shared]
          1.5 2 -> 1.5 3.5
      st.shared.u32 [%shared], %r1; atom.shared.max.s32 %r0, [%shared], %r2; ld.shared.u32 %r3, [%shared]
          -5 7 -> -5 7
      st.shared.u32 [%shared], %r1; atom.shared.min.s32 %r0, [%shared], %r2; ld.shared.u32 %r3, [%shared]
          -5 7 -> -5 -5
      st.shared.u32 [%shared], %r1; atom.shared.exch.b32 %r0, [%shared], %r2; ld.shared.u32 %r3, [%shared]
          5 7 -> 5 7
      st.shared.u32 [%shared], %r1; atom.shared.cas.b32 %r0, [%shared], %r2, %r3; ld.shared.u32 %r4, [%shared]
          5 5 9 -> 5 9
          5 6 9 -> 5 5
      st.global.u32 [%global], %r1; cvta.global.u64 %rd1, %global; atom.add.u32 %r0, [%rd1], %r2; ld.global.u32 %r3, [%global]
          5 7 -> 5 12

      # order, which one thread does not see
      st.global.u32 [%global], %r1; membar.gl; ld.global.u32 %r0, [%global]
          5 -> 5
      st.global.u32 [%global], %r1; membar.cta; ld.global.u32 %r0, [%global]
          5 -> 5
      st.global.u32 [%global], %r1; membar.sys; ld.global.u32 %r0, [%global]
          5 -> 5
      st.global.u32 [%global], %r1; fence.acq_rel.gpu; ld.global.u32 %r0, [%global]
          5 -> 5
      st.global.u32 [%global], %r1; fence.sc.cta; ld.global.u32 %r0, [%global]
          5 -> 5
      st.shared.u32 [%shared], %r1; bar.sync 0; ld.shared.u32 %r0, [%shared]
          5 -> 5
      bar.red.or.pred %p0, 0, %p1
          0 -> 1
          1 -> 1
      bar.red.or.pred %p0, 0, %p1
          0 -> 0
      bar.red.and.pred %p0, 0, %p1
          0 -> 0
          1 -> 0
      bar.red.and.pred %p0, 0, !%p1
          0 -> 1
      st.shared.u32 [%shared], %r1; bar.warp.sync -1; ld.shared.u32 %r0, [%shared]
          5 -> 5
      """;
}
