package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.MatrixProduct;
import io.loxodrome.cuda.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What {@link LibrariesTest} does in processes whose CUDA libraries are the stubs. */
final class LibraryScenarios {
  private static final ConvolutionShape SHAPE = ConvolutionCases.ALL.get(0);

  /** By name. */
  static final Map<String, Runnable> ALL =
      Map.ofEntries(
          Map.entry("products", LibraryScenarios::products),
          Map.entry("productStreams", LibraryScenarios::productStreams),
          Map.entry("productArithmetic", LibraryScenarios::productArithmetic),
          Map.entry("productFailure", LibraryScenarios::productFailure),
          Map.entry("convolutions", LibraryScenarios::convolutions),
          Map.entry("search", LibraryScenarios::search),
          Map.entry("prediction", LibraryScenarios::prediction),
          Map.entry("convolutionArithmetic", LibraryScenarios::convolutionArithmetic),
          Map.entry("convolutionFailure", LibraryScenarios::convolutionFailure),
          Map.entry("lost", LibraryScenarios::lost));

  private LibraryScenarios() {}

  /** Runs the named ones; silent if they hold. */
  public static void main(String[] names) {
    for (String name : names) {
      Objects.requireNonNull(ALL.get(name), name).run();
    }
  }

  private static List<String> log(String beginning) {
    return DriverScenarios.log().stream().filter(line -> line.startsWith(beginning)).toList();
  }

  private static long upload(JCudaDriver driver, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    long address = driver.allocate(bytes.remaining());
    driver.write(bytes, address, Stream.DEFAULT);
    return address;
  }

  private static float[] download(JCudaDriver driver, long address, int count) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
    driver.read(address, bytes, Stream.DEFAULT);
    driver.synchronize(Stream.DEFAULT);
    float[] values = new float[count];
    bytes.flip().asFloatBuffer().get(values);
    return values;
  }

  private static void products() {
    float[] left = ProductCases.numbers(200, 1);
    float[] right = ProductCases.numbers(220, 2);
    try (JCudaDriver driver = JCudaDriver.open(0);
        CublasProducts products = new CublasProducts(driver, Arithmetic.FLOAT32)) {
      assertThat(products.description()).isEqualTo("cuBLAS 12.6.3, fp32");
      long deviceLeft = upload(driver, left);
      long deviceRight = upload(driver, right);
      for (MatrixProduct product : ProductCases.all()) {
        float[] expected = ProductCases.numbers(250, 3);
        long result = upload(driver, expected);
        products.multiply(product, deviceLeft, deviceRight, result, Stream.DEFAULT);
        ProductCases.multiply(product, left, right, expected);
        assertThat(download(driver, result, expected.length))
            .as("%s", product)
            .containsExactly(expected);
        driver.free(result);
      }
    }
    assertThat(log("cublasGemmEx")).hasSize(64);
    assertThat(log("cublasGemmStridedBatchedEx")).hasSize(64);
    assertThat(log("cublasSetPointerMode")).containsExactly("cublasSetPointerMode 0 0");
    assertThat(log("cublasDestroy")).hasSize(1);
  }

  /** Every stream works in memory of its own, and a change of streams tells cuBLAS again. */
  private static void productStreams() {
    MatrixProduct product = MatrixProduct.single(1, 1, 1, false, false);
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      CublasProducts products = new CublasProducts(driver, Arithmetic.FLOAT32);
      long left = driver.bytesLeft();
      long number = upload(driver, new float[] {3});
      Stream stream = driver.createStream();
      products.multiply(product, number, number, number, stream);
      products.multiply(product, number, number, number, stream);
      products.multiply(product, number, number, number, Stream.DEFAULT);
      products.multiply(product, number, number, number, stream);
      assertThat(driver.bytesLeft()).isEqualTo(left - 4 - 2 * (32 << 20));
      products.close();
      products.close();
      assertThat(driver.bytesLeft()).isEqualTo(left - 4);
      assertThatThrownBy(() -> products.multiply(product, number, number, number, stream))
          .isInstanceOf(CudaException.class)
          .hasMessage("these matrix products are closed");
    }
    assertThat(DriverScenarios.log())
        .filteredOn(line -> line.startsWith("cublas"))
        .containsExactly(
            "cublasSetPointerMode 0 0",
            "cublasSetStream 1 0",
            "cublasSetWorkspace 1 33554432",
            "cublasGemmEx 68 -1",
            "cublasGemmEx 68 -1",
            "cublasSetStream 0 0",
            "cublasSetWorkspace 1 33554432",
            "cublasGemmEx 68 -1",
            "cublasSetStream 1 0",
            "cublasSetWorkspace 1 33554432",
            "cublasGemmEx 68 -1",
            "cublasDestroy 0 0");
  }

  private static void productArithmetic() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long number = upload(driver, new float[] {3, 4, 5, 6});
      for (Arithmetic arithmetic : Arithmetic.values()) {
        try (CublasProducts products = new CublasProducts(driver, arithmetic)) {
          MatrixProduct single = MatrixProduct.single(1, 1, 1, false, false);
          products.multiply(single, number, number, number, Stream.DEFAULT);
          MatrixProduct batched = MatrixProduct.batched(2, 1, 1, 1, false, false);
          products.multiply(batched, number, number, number, Stream.DEFAULT);
        }
      }
    }
    assertThat(log("cublasGemm"))
        .containsExactly(
            "cublasGemmEx 68 -1",
            "cublasGemmStridedBatchedEx 68 -1",
            "cublasGemmEx 77 -1",
            "cublasGemmStridedBatchedEx 77 -1",
            "cublasGemmEx 75 -1",
            "cublasGemmStridedBatchedEx 75 -1");
  }

  private static void productFailure() {
    MatrixProduct product = MatrixProduct.single(2, 3, 4, false, true);
    try (JCudaDriver driver = JCudaDriver.open(0);
        CublasProducts products = new CublasProducts(driver, Arithmetic.FLOAT32)) {
      long number = driver.allocate(100);
      assertThatThrownBy(() -> products.multiply(product, number, number, number, Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith(
              "product " + product + " on device 0: CUBLAS_STATUS_EXECUTION_FAILED; work runs")
          .hasMessageContaining("CUDA_LAUNCH_BLOCKING=1");
    }
  }

  private static void convolutions() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      for (AlgorithmChoice choice : AlgorithmChoice.values()) {
        try (CudnnConvolutions convolutions =
            new CudnnConvolutions(driver, Arithmetic.FLOAT32, choice, 1 << 20)) {
          assertThat(convolutions.description()).isEqualTo("cuDNN 8.9.7, fp32");
          for (int round = 0; round < 2; round++) {
            for (ConvolutionShape shape : ConvolutionCases.ALL) {
              compare(driver, convolutions, shape);
            }
          }
        }
      }
    }
    assertThat(log("find")).hasSize(3 * ConvolutionCases.ALL.size());
    assertThat(log("predict")).hasSize(3 * ConvolutionCases.ALL.size());
    assertThat(log("descriptors left")).endsWith("descriptors left 0 0");
    assertThat(log("cudnnDestroy")).hasSize(2);
  }

  private static void compare(
      JCudaDriver driver, CudnnConvolutions convolutions, ConvolutionShape shape) {
    float[] x = ProductCases.numbers(ConvolutionCases.inputs(shape), 1);
    float[] filter = ProductCases.numbers(ConvolutionCases.filters(shape), 2);
    float[] dy = ProductCases.numbers(ConvolutionCases.outputs(shape), 3);
    long deviceX = upload(driver, x);
    long deviceFilter = upload(driver, filter);
    long deviceDy = upload(driver, dy);
    long y = driver.allocate(dy.length * 4L);
    convolutions.forward(shape, deviceX, deviceFilter, y, Stream.DEFAULT);
    assertThat(download(driver, y, dy.length))
        .as("%s", shape)
        .containsExactly(ConvolutionCases.forward(shape, x, filter));
    long dx = driver.allocate(x.length * 4L);
    convolutions.backwardInput(shape, deviceFilter, deviceDy, dx, Stream.DEFAULT);
    assertThat(download(driver, dx, x.length))
        .as("%s", shape)
        .containsExactly(ConvolutionCases.backwardInput(shape, filter, dy));
    long gradient = driver.allocate(filter.length * 4L);
    convolutions.backwardFilter(shape, deviceX, deviceDy, gradient, Stream.DEFAULT);
    assertThat(download(driver, gradient, filter.length))
        .as("%s", shape)
        .containsExactly(ConvolutionCases.backwardFilter(shape, x, dy));
  }

  private static long zeros(JCudaDriver driver) {
    long address = driver.allocate(4096);
    driver.fill(address, (byte) 0, 4096, Stream.DEFAULT);
    return address;
  }

  private static CudnnConvolutions measuring(JCudaDriver driver, long workspaceLimit) {
    return new CudnnConvolutions(
        driver, Arithmetic.FLOAT32, AlgorithmChoice.MEASURED, workspaceLimit);
  }

  /**
   * The search has the limit to work in, its memory is given back, and is not done in a capture.
   */
  private static void search() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long x = zeros(driver);
      long filter = zeros(driver);
      long y = zeros(driver);
      long left = driver.bytesLeft();
      Stream stream = driver.createStream();
      try (CudnnConvolutions roomy = measuring(driver, 1 << 20)) {
        driver.beginCapture(stream);
        assertThatThrownBy(() -> roomy.forward(SHAPE, x, filter, y, stream))
            .isInstanceOf(CudaException.class)
            .hasMessageEndingWith("is capturing and cannot have an algorithm chosen for " + SHAPE);
        driver.destroy(driver.endCapture(stream));
        roomy.forward(SHAPE, x, filter, y, stream);
        assertThat(driver.bytesLeft()).isEqualTo(left - 1000);
        driver.beginCapture(stream);
        roomy.forward(SHAPE, x, filter, y, stream);
        driver.destroy(driver.endCapture(stream));
        roomy.forward(SHAPE, x, filter, y, Stream.DEFAULT);
        assertThat(driver.bytesLeft()).isEqualTo(left - 2000);
      }
      assertThat(driver.bytesLeft()).isEqualTo(left);
      try (CudnnConvolutions tight = measuring(driver, 999)) {
        tight.forward(SHAPE, x, filter, y, Stream.DEFAULT);
      }
      try (CudnnConvolutions none = measuring(driver, 0)) {
        none.forward(SHAPE, x, filter, y, Stream.DEFAULT);
      }
      // More than the device has: half after half is tried.
      try (CudnnConvolutions most = measuring(driver, 1L << 40)) {
        most.forward(SHAPE, x, filter, y, Stream.DEFAULT);
      }
    }
    assertThat(log("find"))
        .containsExactly(
            "find forward 3 1048576",
            "find forward 3 999",
            "find forward 3 0",
            "find forward 3 536870912");
    assertThat(log("forward"))
        .containsExactly(
            "forward 2 3",
            "forward 2 3",
            "forward 2 3",
            "forward 1 3",
            "forward 1 3",
            "forward 2 3");
    assertThat(log("cudnnSetStream")).startsWith("cudnnSetStream 1 0", "cudnnSetStream 0 0");
  }

  /** A prediction needs no memory, and is held to the limit. */
  private static void prediction() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long memory = zeros(driver);
      long output = zeros(driver);
      long left = driver.bytesLeft();
      for (long limit : new long[] {1000, 999}) {
        try (CudnnConvolutions predicting =
            new CudnnConvolutions(driver, Arithmetic.FLOAT32, AlgorithmChoice.HEURISTIC, limit)) {
          predicting.forward(SHAPE, memory, memory, output, Stream.DEFAULT);
          assertThat(driver.bytesLeft()).isEqualTo(limit == 1000 ? left - 1000 : left);
        }
      }
    }
    assertThat(log("forward")).containsExactly("forward 2 3", "forward 1 3");
    assertThat(log("find")).isEmpty();
    assertThat(log("cuMemAlloc ")).hasSize(3);
  }

  /** TF32 may be taken only where it was asked for; the search always offers it. */
  private static void convolutionArithmetic() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      long memory = zeros(driver);
      try (CudnnConvolutions rounded =
          new CudnnConvolutions(
              driver, Arithmetic.TENSOR_FLOAT32, AlgorithmChoice.HEURISTIC, 1 << 20)) {
        assertThat(rounded.description()).isEqualTo("cuDNN 8.9.7, tf32");
        assertThatThrownBy(() -> rounded.forward(SHAPE, memory, memory, memory, Stream.DEFAULT))
            .isInstanceOf(CudaException.class)
            .hasMessageContainingAll("FORWARD", SHAPE.toString(), "CUDNN_STATUS_OTHER");
      }
      try (CudnnConvolutions rounded =
          new CudnnConvolutions(driver, Arithmetic.BFLOAT16, AlgorithmChoice.HEURISTIC, 1 << 20)) {
        assertThat(rounded.description()).isEqualTo("cuDNN 8.9.7, tf32");
      }
    }
    // The stub does not run algorithm 4, which is the one to be taken here.
    assertThat(log("predict")).containsExactly("predict forward 1 1099511627776");
    assertThat(log("forward")).containsExactly("forward 4 0");
  }

  private static void convolutionFailure() {
    try (JCudaDriver driver = JCudaDriver.open(0)) {
      CudnnConvolutions convolutions =
          new CudnnConvolutions(driver, Arithmetic.FLOAT32, AlgorithmChoice.HEURISTIC, 1 << 20);
      long memory = zeros(driver);
      assertThatThrownBy(
              () -> convolutions.backwardFilter(SHAPE, memory, memory, memory, Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith(
              "BACKWARD_FILTER "
                  + SHAPE
                  + " on device 0: CUDNN_STATUS_EXECUTION_FAILED; work runs");
      convolutions.close();
      convolutions.close();
      assertThatThrownBy(() -> convolutions.forward(SHAPE, memory, memory, memory, Stream.DEFAULT))
          .isInstanceOf(CudaException.class)
          .hasMessage("these convolutions are closed");
      assertThatThrownBy(
              () ->
                  new CudnnConvolutions(driver, Arithmetic.FLOAT32, AlgorithmChoice.HEURISTIC, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("workspace limit is -1 bytes, must be at least 0");
    }
  }

  private static void lost() {
    JCudaDriver driver = JCudaDriver.open(0);
    CublasProducts products = new CublasProducts(driver, Arithmetic.FLOAT32);
    CudnnConvolutions convolutions =
        new CudnnConvolutions(driver, Arithmetic.FLOAT32, AlgorithmChoice.HEURISTIC, 1 << 20);
    long memory = zeros(driver);
    MatrixProduct product = MatrixProduct.single(1, 1, 1, false, false);
    products.multiply(product, memory, memory, memory, Stream.DEFAULT);
    convolutions.forward(SHAPE, memory, zeros(driver), zeros(driver), Stream.DEFAULT);
    assertThatThrownBy(() -> driver.synchronize(Stream.DEFAULT)).isInstanceOf(CudaException.class);
    assertThatThrownBy(() -> products.multiply(product, memory, memory, memory, Stream.DEFAULT))
        .hasMessageStartingWith("the context of device 0 was lost");
    assertThatThrownBy(() -> convolutions.forward(SHAPE, memory, memory, memory, Stream.DEFAULT))
        .hasMessageStartingWith("the context of device 0 was lost");
    convolutions.close();
    products.close();
    driver.close();
  }
}
