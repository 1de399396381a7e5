package io.loxodrome.ops;

import io.loxodrome.manifold.WeightManifold;
import java.util.Arrays;

/** Kinds of coefficients on which ways to apply a layer may stumble. */
enum MixtureKind {
  /** Zeros in other places in each row, whole rows and whole columns of them among others. */
  SCATTERED_ZEROS {
    @Override
    double[] draw(Draw draw, int batch, int n) {
      double[] a = draw.normals((long) batch * n);
      int[] kept = draw.indices(batch * n, 3);
      for (int j = 0; j < a.length; j++) {
        a[j] = kept[j] == 0 && j % n != 1 ? a[j] : 0;
      }
      return a;
    }
  },
  /** Three different rows, in no order. */
  REPEATED_ROWS {
    @Override
    double[] draw(Draw draw, int batch, int n) {
      double[] rows = draw.normals(3L * n);
      double[] a = new double[batch * n];
      int[] chosen = draw.indices(batch, 3);
      for (int i = 0; i < batch; i++) {
        System.arraycopy(rows, chosen[i] * n, a, i * n, n);
      }
      return a;
    }
  },
  /** A closed cubic spline, whose spans wrap round; dense where n is too small for one. */
  CLOSED_SPLINE {
    @Override
    double[] draw(Draw draw, int batch, int n) {
      if (n < 4) {
        return draw.normals((long) batch * n);
      }
      WeightManifold manifold = WeightManifold.parse("spline:" + n + ":periodic");
      double[] s = draw.uniforms(batch, 0, 1);
      double[] a = new double[batch * n];
      double[] row = new double[n];
      for (int i = 0; i < batch; i++) {
        manifold.coefficients(new double[] {s[i]}, row);
        for (int k = 0; k < n; k++) {
          a[i * n + k] = (float) row[k];
        }
      }
      return a;
    }
  },
  /** Plain layers, if n is 1. */
  ONES {
    @Override
    double[] draw(Draw draw, int batch, int n) {
      double[] a = new double[batch * n];
      Arrays.fill(a, 1);
      return a;
    }
  },
  NOTHING {
    @Override
    double[] draw(Draw draw, int batch, int n) {
      return new double[batch * n];
    }
  };

  /** B x n. */
  abstract double[] draw(Draw draw, int batch, int n);
}
