package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProducts;
import io.loxodrome.cuda.Stream;
import io.loxodrome.ptx.PtxDriver;

/** Matrix products on the executor's memory, one loop nest in double precision. */
public final class ReferenceProducts implements MatrixProducts {
  private final PtxDriver driver;
  private final DeviceNumbers numbers;
  private boolean closed;

  public ReferenceProducts(PtxDriver driver) {
    this.driver = driver;
    this.numbers = new DeviceNumbers(driver, Stream.DEFAULT);
  }

  @Override
  public void multiply(MatrixProduct product, long left, long right, long result, Stream stream) {
    if (closed) {
      throw new IllegalStateException("products were asked for after close");
    }
    driver.callHost(
        () -> {
          for (int i = 0; i < product.batch(); i++) {
            multiply(product, i, left, right, result);
          }
        },
        stream);
  }

  private void multiply(MatrixProduct product, int i, long left, long right, long result) {
    double[][] a = matrix(product.left(), i, left, product.rows(), product.inner());
    double[][] b = matrix(product.right(), i, right, product.inner(), product.columns());
    for (int row = 0; row < product.rows(); row++) {
      long address =
          result
              + Float.BYTES
                  * (i * product.result().batchStride()
                      + (long) row * product.result().rowStride());
      double[] sums =
          product.accumulate()
              ? numbers.read(address, product.columns())
              : new double[product.columns()];
      for (int k = 0; k < product.inner(); k++) {
        for (int column = 0; column < sums.length; column++) {
          sums[column] += a[row][k] * b[k][column];
        }
      }
      numbers.write(address, sums);
    }
  }

  /** op of the stored matrix; what lies between its rows is not touched. */
  private double[][] matrix(
      MatrixProduct.Factor factor, int i, long address, int rows, int columns) {
    int storedRows = factor.transposed() ? columns : rows;
    int storedColumns = factor.transposed() ? rows : columns;
    double[][] matrix = new double[rows][columns];
    for (int r = 0; r < storedRows; r++) {
      long at = i * factor.batchStride() + (long) r * factor.rowStride();
      double[] row = numbers.read(address + Float.BYTES * at, storedColumns);
      for (int c = 0; c < storedColumns; c++) {
        if (factor.transposed()) {
          matrix[c][r] = row[c];
        } else {
          matrix[r][c] = row[c];
        }
      }
    }
    return matrix;
  }

  @Override
  public String description() {
    return "products by the reference";
  }

  @Override
  public void close() {
    closed = true;
  }
}
