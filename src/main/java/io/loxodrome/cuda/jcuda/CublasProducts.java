package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.MatrixProducts;
import io.loxodrome.cuda.Stream;
import io.loxodrome.cuda.jcuda.ColumnMajorProduct.Side;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by cuBLAS, in memory of their own, so that nothing is allocated while a stream
 * captures and the same product gives the same bits.
 */
public final class CublasProducts implements MatrixProducts {
  /** What NVIDIA advises for its newest devices; fewer bytes leave out fast kernels. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  private static final int REAL = cudaDataType.CUDA_R_32F;

  private final JCudaDriver driver;
  private final Arithmetic arithmetic;
  private final int computeType;
  private final cublasHandle handle = new cublasHandle();
  private final Workspaces workspaces;
  private @Nullable Stream stream;
  private boolean closed;

  /**
   * Products in a driver's context; the driver is not closed with this.
   *
   * @throws CudaException if cuBLAS is not here, or does not start
   */
  public CublasProducts(JCudaDriver driver, Arithmetic arithmetic) {
    this.driver = driver;
    this.arithmetic = arithmetic;
    this.computeType = computeType(arithmetic);
    this.workspaces = new Workspaces(driver);
    if (!CudaLookup.result().works()) {
      throw new CudaException("cuBLAS cannot be used: " + CudaLookup.result().reason());
    }
    driver.context().use();
    check(JCublas2.cublasCreate(handle), "cublasCreate");
    check(
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_HOST),
        "cublasSetPointerMode");
  }

  private static int computeType(Arithmetic arithmetic) {
    return switch (arithmetic) {
      case FLOAT32 -> cublasComputeType.CUBLAS_COMPUTE_32F;
      case TENSOR_FLOAT32 -> cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
      case BFLOAT16 -> cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF;
    };
  }

  @Override
  public void multiply(MatrixProduct product, long left, long right, long result, Stream stream) {
    requireOpen();
    driver.context().use();
    use(stream);
    ColumnMajorProduct swapped = ColumnMajorProduct.of(product);
    Pointer beta = product.accumulate() ? HostNumber.ONE : HostNumber.ZERO;
    int status =
        product.batch() == 1
            ? single(swapped, beta, right, left, result)
            : batched(swapped, beta, right, left, result);
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      check(status, "product " + product);
    }
  }

  // The functions ending in _new take the compute types of cuBLAS 11 and newer. Those with the
  // plain names take data types in their place, as cuBLAS 10 did, and refuse these.

  private int single(
      ColumnMajorProduct product, Pointer beta, long first, long second, long result) {
    return JCublas2.cublasGemmEx_new(
        handle,
        operation(product.first()),
        operation(product.second()),
        product.rows(),
        product.columns(),
        product.inner(),
        HostNumber.ONE,
        Handles.address(first),
        REAL,
        product.first().leadingDimension(),
        Handles.address(second),
        REAL,
        product.second().leadingDimension(),
        beta,
        Handles.address(result),
        REAL,
        product.result().leadingDimension(),
        computeType,
        cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
  }

  private int batched(
      ColumnMajorProduct product, Pointer beta, long first, long second, long result) {
    return JCublas2.cublasGemmStridedBatchedEx_new(
        handle,
        operation(product.first()),
        operation(product.second()),
        product.rows(),
        product.columns(),
        product.inner(),
        HostNumber.ONE,
        Handles.address(first),
        REAL,
        product.first().leadingDimension(),
        product.first().batchStride(),
        Handles.address(second),
        REAL,
        product.second().leadingDimension(),
        product.second().batchStride(),
        beta,
        Handles.address(result),
        REAL,
        product.result().leadingDimension(),
        product.result().batchStride(),
        product.batch(),
        computeType,
        cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
  }

  private static int operation(Side side) {
    return side.transposed() ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  /** A new stream makes cuBLAS forget its workspace, so that is told it again. */
  private void use(Stream next) {
    if (next.equals(stream)) {
      return;
    }
    check(
        JCublas2.cublasSetStream(handle, Handles.set(new cudaStream_t(), next.handle())),
        "cublasSetStream");
    Workspaces.Block block = workspaces.of(next, WORKSPACE_BYTES);
    check(
        JCublas2.cublasSetWorkspace(handle, Handles.address(block.address()), block.bytes()),
        "cublasSetWorkspace");
    stream = next;
  }

  @Override
  public String description() {
    requireOpen();
    driver.context().use();
    int[] version = new int[1];
    check(JCublas2.cublasGetVersion(handle, version), "cublasGetVersion");
    return "cuBLAS %d.%d.%d, %s"
        .formatted(
            version[0] / 10_000,
            version[0] % 10_000 / 100,
            version[0] % 100,
            LibraryText.of(arithmetic));
  }

  private void requireOpen() {
    if (closed) {
      throw new CudaException("these matrix products are closed");
    }
  }

  private void check(int status, String operation) {
    if (status == cublasStatus.CUBLAS_STATUS_SUCCESS) {
      return;
    }
    boolean late =
        status == cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED
            || status == cublasStatus.CUBLAS_STATUS_INTERNAL_ERROR;
    throw new CudaException(
        "%s on %s: %s%s"
            .formatted(
                operation,
                driver.context().name(),
                cublasStatus.stringFor(status),
                late ? CudaContext.lateCause() : ""));
  }

  /** Gives everything back; does nothing where the context was lost, which took it along. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    workspaces.close();
    if (!driver.context().isLost()) {
      driver.context().use();
      check(JCublas2.cublasDestroy(handle), "cublasDestroy");
    }
  }
}
