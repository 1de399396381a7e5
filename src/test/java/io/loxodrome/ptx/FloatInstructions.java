package io.loxodrome.ptx;

/**
 * Floating-point arithmetic.
 *
 * <p>A single-precision result that is no number may be any NaN. The approximate instructions have
 * the exact value and the error that PTX documents.
 */
final class FloatInstructions {
  private FloatInstructions() {}

  static final String TABLE =
      """
      add.f32 %f0, %f1, %f2
          1 2 -> 3
          1 0x1p-24 -> 1
          0x3f800001 0x1p-24 -> 0x3f800002
          1 0x1.000002p-24 -> 0x3f800001
          0x7f7fffff 0x7f7fffff -> inf
          1 -1 -> 0
          -0 -0 -> -0
          -0 0 -> 0
          inf -inf -> nan
          nan 1 -> nan
          0x00000001 0x00000001 -> 0x00000002
          0x00800000 0x80000001 -> 0x007fffff
      add.f32 %f0, %f1, 0f3F800000
          2 -> 3
      add.f32 %f1, %f1, %f1
          1.5 -> 3
      add.rn.f32 %f0, %f1, %f2
          1 0x1p-24 -> 1
          0x3f800001 0x1p-24 -> 0x3f800002
      add.rz.f32 %f0, %f1, %f2
          1 0x1.fffffep-24 -> 1
          -1 -0x1.fffffep-24 -> -1
          0x7f7fffff 0x7f7fffff -> 0x7f7fffff
          1 -1 -> 0
          1 -0x1p-30 -> 0x3f7fffff
      add.rm.f32 %f0, %f1, %f2
          1 0x1p-24 -> 1
          -1 -0x1p-30 -> 0xbf800001
          0x7f7fffff 0x7f7fffff -> 0x7f7fffff
          0xff7fffff 0xff7fffff -> -inf
          1 -1 -> -0
      add.rp.f32 %f0, %f1, %f2
          1 0x1p-30 -> 0x3f800001
          -1 -0x1p-24 -> -1
          0x7f7fffff 1 -> inf
          0xff7fffff 0xff7fffff -> 0xff7fffff
          1 -1 -> 0
      add.ftz.f32 %f0, %f1, %f2
          0x00000001 0x00000001 -> 0
          0x80000001 0x80000001 -> -0
          0x00800000 0x80000001 -> 0x00800000
          0x00800001 0x80800000 -> 0
          1 2 -> 3
      add.rn.ftz.f32 %f0, %f1, %f2
          0x00000001 0x00000001 -> 0
          1 0x1p-24 -> 1
      add.sat.f32 %f0, %f1, %f2
          0.75 0.5 -> 1
          -1 0.5 -> 0
          nan 1 -> 0
          0.25 0.25 -> 0.5
          inf 1 -> 1
      sub.f32 %f0, %f1, %f2
          1 2 -> -1
          0 0 -> 0
          -0 0 -> -0
          inf inf -> nan
          1 0x1p-25 -> 1
          0x00800000 0x00000001 -> 0x007fffff
      sub.rn.f32 %f0, %f1, %f2
          1 0x1p-26 -> 1
      sub.rz.f32 %f0, %f1, %f2
          1 0x1p-30 -> 0x3f7fffff
      sub.rm.f32 %f0, %f1, %f2
          1 1 -> -0
      sub.rp.f32 %f0, %f1, %f2
          1 0x1p-30 -> 1
      sub.ftz.f32 %f0, %f1, %f2
          0x00800001 0x00800000 -> 0
      mul.f32 %f0, %f1, %f2
          3 4 -> 12
          -1 0 -> -0
          inf 0 -> nan
          0x1p100 0x1p100 -> inf
          -0x1p100 0x1p100 -> -inf
          0x3f800001 0x3f800001 -> 0x3f800002
          0x00800000 0.5 -> 0x00400000
          0x00000001 0.5 -> 0
          0x00000003 0.5 -> 0x00000002
          0x80000001 0.5 -> -0
      mul.f32 %f0, %f1, 0f3F000000
          3 -> 1.5
      mul.rn.f32 %f0, %f1, %f2
          0x3f800001 0x3f800001 -> 0x3f800002
      mul.rz.f32 %f0, %f1, %f2
          0x00000003 0.5 -> 0x00000001
          0x1p100 0x1p100 -> 0x7f7fffff
          -0x1p100 0x1p100 -> 0xff7fffff
      mul.rm.f32 %f0, %f1, %f2
          0x3f800001 0x3f800001 -> 0x3f800002
          0xbf800001 0x3f800001 -> 0xbf800003
          0x80000001 0.5 -> 0x80000001
          -0x1p100 0x1p100 -> -inf
      mul.rp.f32 %f0, %f1, %f2
          0x3f800001 0x3f800001 -> 0x3f800003
          0x00000001 0.5 -> 0x00000001
          0x1p100 0x1p100 -> inf
          -0x1p100 0x1p100 -> 0xff7fffff
      mul.ftz.f32 %f0, %f1, %f2
          0x00800000 0.5 -> 0
          0x80800000 0.5 -> -0
          0x007fffff 0x1p10 -> 0
          inf 0x00000001 -> nan
      mul.rn.ftz.f32 %f0, %f1, %f2
          0x00800000 0.5 -> 0
      mul.sat.f32 %f0, %f1, %f2
          3 4 -> 1
          -3 4 -> 0
          nan 1 -> 0

      # rounded once: (1 + 2^-23)(1 - 2^-23) - 1 = -2^-46
      fma.rn.f32 %f0, %f1, %f2, %f3
          2 3 4 -> 10
          0x3f800001 0x3f7ffffe -1 -> -0x1p-46
          0x3f800001 0x3f800001 -1 -> 0x1p-22
          0x7f7fffff 2 0xff7fffff -> 0x7f7fffff
          1 1 -1 -> 0
          -0 1 -0 -> -0
          inf 0 1 -> nan
          0 inf nan -> nan
          0x1p127 2 -inf -> -inf
          0x00000001 0.5 0x00000001 -> 0x00000002
      fma.rn.f32 %f0, %f1, 0f40000000, 0fBF800000
          3 -> 5
      fma.rn.f32 %f3, %f1, %f2, %f3
          2 3 4 -> 10
      fma.rz.f32 %f0, %f1, %f2, %f3
          0x3f800001 0x3f800001 -1 -> 0x34800000
          0x3f800001 0x3f800001 0 -> 0x3f800002
          0x1p127 2 0 -> 0x7f7fffff
          -1 1 0x1p-30 -> 0xbf7fffff
      fma.rm.f32 %f0, %f1, %f2, %f3
          0x3f800001 0x3f800001 -1 -> 0x34800000
          1 1 -1 -> -0
          -1 1 -0x1p-30 -> 0xbf800001
          0x1p127 2 0 -> 0x7f7fffff
      fma.rp.f32 %f0, %f1, %f2, %f3
          0x3f800001 0x3f800001 -1 -> 0x34800001
          1 1 0x1p-30 -> 0x3f800001
          1 1 -1 -> 0
          0x1p-100 0x1p-100 0 -> 0x00000001
      fma.rn.ftz.f32 %f0, %f1, %f2, %f3
          0x00800000 0.5 0 -> 0
          1 1 0x00000001 -> 1
          0x00000001 0x1p127 0 -> 0
      fma.rn.sat.f32 %f0, %f1, %f2, %f3
          2 3 4 -> 1
          -2 3 4 -> 0
          nan 3 4 -> 0
          0.5 0.5 0.25 -> 0.5

      div.rn.f32 %f0, %f1, %f2
          1 3 -> 0x3eaaaaab
          2 3 -> 0x3f2aaaab
          10 4 -> 2.5
          1 0 -> inf
          1 -0 -> -inf
          0 0 -> nan
          inf inf -> nan
          1 inf -> 0
          -1 inf -> -0
          0x00800000 2 -> 0x00400000
          0x00000003 2 -> 0x00000002
          0x1p127 0x1p-10 -> inf
      div.rz.f32 %f0, %f1, %f2
          2 3 -> 0x3f2aaaaa
          -2 3 -> 0xbf2aaaaa
      div.rm.f32 %f0, %f1, %f2
          2 3 -> 0x3f2aaaaa
          -2 3 -> 0xbf2aaaab
      div.rp.f32 %f0, %f1, %f2
          1 3 -> 0x3eaaaaab
          -2 3 -> 0xbf2aaaaa
      div.rn.ftz.f32 %f0, %f1, %f2
          0x00800000 2 -> 0
          1 0x00000001 -> inf
      rcp.rn.f32 %f0, %f1
          3 -> 0x3eaaaaab
          0 -> inf
          -0 -> -inf
          inf -> 0
          -inf -> -0
          0x1p127 -> 0x00400000
          nan -> nan
      rcp.rz.f32 %f0, %f1
          3 -> 0x3eaaaaaa
      rcp.rm.f32 %f0, %f1
          -3 -> 0xbeaaaaab
      rcp.rp.f32 %f0, %f1
          -3 -> 0xbeaaaaaa
      sqrt.rn.f32 %f0, %f1
          2 -> 0x3fb504f3
          4 -> 2
          0 -> 0
          -0 -> -0
          -1 -> nan
          inf -> inf
          0x00000001 -> 0x1a3504f3
      sqrt.rz.f32 %f0, %f1
          2 -> 0x3fb504f3
      sqrt.rm.f32 %f0, %f1
          2 -> 0x3fb504f3
          4 -> 2
      sqrt.rp.f32 %f0, %f1
          2 -> 0x3fb504f4
          4 -> 2
      sqrt.rn.ftz.f32 %f0, %f1
          0x00000001 -> 0

      neg.f32 %f0, %f1
          1.5 -> -1.5
          0 -> -0
          -inf -> inf
          nan -> nan
          0x00000001 -> 0x80000001
      neg.ftz.f32 %f0, %f1
          0x00000001 -> -0
      abs.f32 %f0, %f1
          -1.5 -> 1.5
          -0 -> 0
          -inf -> inf
          0xffc00000 -> nan
          0x80000001 -> 0x00000001
      abs.ftz.f32 %f0, %f1
          0x80000001 -> 0
      min.f32 %f0, %f1, %f2
          1 2 -> 1
          nan 1 -> 1
          1 nan -> 1
          nan 0xffc12345 -> 0x7fffffff
          0 -0 -> -0
          -0 0 -> -0
          -inf 1 -> -inf
          0x00000001 0x00000002 -> 0x00000001
      min.ftz.f32 %f0, %f1, %f2
          0x00000001 1 -> 0
      max.f32 %f0, %f1, %f2
          1 2 -> 2
          nan 1 -> 1
          1 nan -> 1
          nan nan -> 0x7fffffff
          0 -0 -> 0
          -0 0 -> 0
          -inf 1 -> 1
      max.f32 %f0, %f1, 0f00000000
          -3 -> 0
          3 -> 3
          nan -> 0
      max.ftz.f32 %f0, %f1, %f2
          0x00000001 -1 -> 0
      copysign.f32 %f0, %f1, %f2   # the sign of the first, the size of the second
          -1 3 -> -3
          1 -3 -> 3
          -0 inf -> -inf
      copysign.f64 %fd0, %fd1, %fd2
          -1 3 -> -3
          1 -0 -> 0

      ex2.approx.f32 %f0, %f1
          0 -> 1
          -0 -> 1
          1 -> 2+-4.8e-7
          0.5 -> 1.4142135623730951+-3.4e-7
          -1.5 -> 0.35355339059327373+-8.5e-8
          -inf -> 0
          inf -> inf
          nan -> nan
          200 -> inf
          -200 -> 0
          -149 -> 0x00000001
          0x00000001 -> 1
      ex2.approx.ftz.f32 %f0, %f1
          0.5 -> 1.4142135623730951+-3.4e-7
          -149 -> 0
          -inf -> 0
      lg2.approx.f32 %f0, %f1
          1 -> 0+-2e-7
          8 -> 3+-4.8e-7
          3 -> 1.5849625007211562+-2.5e-7
          0.75 -> -0.4150374992788438+-2e-7
          0 -> -inf
          -0 -> -inf
          -1 -> nan
          inf -> inf
          0x00000001 -> -149+-2e-5
      lg2.approx.ftz.f32 %f0, %f1
          0x00000001 -> -inf
          3 -> 1.5849625007211562+-2.5e-7
      sin.approx.f32 %f0, %f1
          0 -> 0
          -0 -> -0
          1 -> 0.8414709848078965+-5.2e-7
          -1 -> -0.8414709848078965+-5.2e-7
          3 -> 0.1411200080598672+-5.2e-7
          inf -> nan
      sin.approx.ftz.f32 %f0, %f1
          0.5 -> 0.479425538604203+-5.2e-7
          0x80000001 -> -0
      cos.approx.f32 %f0, %f1
          0 -> 1
          1 -> 0.5403023058681398+-5.2e-7
          3 -> -0.9899924966004454+-5.2e-7
          -inf -> nan
      cos.approx.ftz.f32 %f0, %f1
          0x00000001 -> 1
          0.5 -> 0.8775825618903728+-5.2e-7
      rcp.approx.f32 %f0, %f1
          2 -> 0.5+-6e-8
          3 -> 0.3333333333333333+-4.5e-8
          0 -> inf
          -0 -> -inf
          inf -> 0
          -inf -> -0
          nan -> nan
      rcp.approx.ftz.f32 %f0, %f1
          3 -> 0.3333333333333333+-4.5e-8
          0x00000001 -> inf
          0x80000001 -> -inf
          0x1p127 -> 0
          -0x1p127 -> -0
          inf -> 0
      rsqrt.approx.f32 %f0, %f1
          4 -> 0.5+-6.4e-8
          2 -> 0.7071067811865476+-9.1e-8
          0 -> inf
          -0 -> -inf
          -1 -> nan
          inf -> 0
      rsqrt.approx.ftz.f32 %f0, %f1
          2 -> 0.7071067811865476+-9.1e-8
          0x00000001 -> inf
          0x80000001 -> -inf
      sqrt.approx.f32 %f0, %f1
          4 -> 2+-2.4e-7
          2 -> 1.4142135623730951+-1.7e-7
          0 -> 0
          -0 -> -0
          -1 -> nan
          inf -> inf
      sqrt.approx.ftz.f32 %f0, %f1
          2 -> 1.4142135623730951+-1.7e-7
          0x00000001 -> 0
      div.approx.f32 %f0, %f1, %f2
          1 3 -> 0.3333333333333333+-6e-8
          10 4 -> 2.5+-4.8e-7
          1 0x1p127 -> 0
          0x1p127 0x1p127 -> 0
          inf 0x1p127 -> nan
          1 0 -> inf
          0 0 -> nan
      div.approx.ftz.f32 %f0, %f1, %f2
          1 3 -> 0.3333333333333333+-6e-8
          0x00000001 1 -> 0
      div.full.f32 %f0, %f1, %f2
          1 3 -> 0.3333333333333333+-6e-8
          0x1p127 0x1p127 -> 1+-2.4e-7
          1 0 -> inf
      div.full.ftz.f32 %f0, %f1, %f2
          1 3 -> 0.3333333333333333+-6e-8
          0x00000001 1 -> 0
      tanh.approx.f32 %f0, %f1
          0.5 -> 0.46211715726000973+-2.3e-4
          -inf -> -1
          inf -> 1
          nan -> nan

      add.f64 %fd0, %fd1, %fd2
          1 2 -> 3
          1 0x1p-53 -> 1
          0x3ff0000000000001 0x1p-53 -> 0x3ff0000000000002
          inf -inf -> nan
          0x0000000000000001 0x0000000000000001 -> 0x0000000000000002
      add.rn.f64 %fd0, %fd1, %fd2
          1 0x1p-53 -> 1
      add.rz.f64 %fd0, %fd1, %fd2
          1 -0x1p-60 -> 0x3fefffffffffffff
      add.rm.f64 %fd0, %fd1, %fd2
          -1 -0x1p-60 -> 0xbff0000000000001
      add.rp.f64 %fd0, %fd1, %fd2
          1 0x1p-60 -> 0x3ff0000000000001
      sub.f64 %fd0, %fd1, %fd2
          1 2 -> -1
      sub.rn.f64 %fd0, %fd1, %fd2
          1 0x1p-60 -> 1
      mul.f64 %fd0, %fd1, %fd2
          3 4 -> 12
          0x3ff0000000000001 0x3ff0000000000001 -> 0x3ff0000000000002
          0x1p600 0x1p600 -> inf
      mul.f64 %fd0, %fd1, 0d3BF921FB54442D19
          0x1p62 -> 0x3fd921fb54442d19
      mul.rn.f64 %fd0, %fd1, %fd2
          -1 0 -> -0
      mul.rp.f64 %fd0, %fd1, %fd2
          0x3ff0000000000001 0x3ff0000000000001 -> 0x3ff0000000000003
      fma.rn.f64 %fd0, %fd1, %fd2, %fd3
          2 3 4 -> 10
          0x3ff0000000000001 0x3feffffffffffffe -1 -> -0x1p-104
          1 1 -1 -> 0
      fma.rz.f64 %fd0, %fd1, %fd2, %fd3
          -1 1 0x1p-60 -> 0xbfefffffffffffff
      fma.rm.f64 %fd0, %fd1, %fd2, %fd3
          1 1 -1 -> -0
      fma.rp.f64 %fd0, %fd1, %fd2, %fd3
          1 1 0x1p-60 -> 0x3ff0000000000001
      div.rn.f64 %fd0, %fd1, %fd2
          1 3 -> 0x3fd5555555555555
          2 3 -> 0x3fe5555555555555
          1 0 -> inf
          0 0 -> nan
      rcp.rn.f64 %fd0, %fd1
          3 -> 0x3fd5555555555555
          -0 -> -inf
      sqrt.rn.f64 %fd0, %fd1
          2 -> 0x3ff6a09e667f3bcd
          -0 -> -0
          -1 -> nan
      neg.f64 %fd0, %fd1
          0 -> -0
          -1.5 -> 1.5
      abs.f64 %fd0, %fd1
          -0 -> 0
          -1.5 -> 1.5
      min.f64 %fd0, %fd1, %fd2
          1 2 -> 1
          nan 1 -> 1
          1 nan -> 1
          nan nan -> nan
          0 -0 -> -0
      max.f64 %fd0, %fd1, %fd2
          1 2 -> 2
          nan 1 -> 1
          -0 0 -> 0
      """;
}
