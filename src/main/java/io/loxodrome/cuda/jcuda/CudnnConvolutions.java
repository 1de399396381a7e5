package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.Arithmetic;
import io.loxodrome.cuda.ConvolutionShape;
import io.loxodrome.cuda.Convolutions;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.cuda.Stream;
import io.loxodrome.cuda.jcuda.ConvolutionDirection.Call;
import io.loxodrome.cuda.jcuda.Workspaces.Block;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;
import jcuda.runtime.cudaStream_t;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions by cuDNN, with the algorithm that it deems fastest for each shape of those that give
 * the same bits every time and work within a bound of memory.
 *
 * <p>cuDNN has no conversion of single-precision images to bfloat16 (only to half precision, whose
 * range ends at 65504), so {@link Arithmetic#BFLOAT16} computes as {@link
 * Arithmetic#TENSOR_FLOAT32} here, which is more exact.
 */
public final class CudnnConvolutions implements Convolutions {
  /** The workspace's bound where none is given: 256 MiB. */
  public static final long WORKSPACE_BYTES = 256L << 20;

  private record Key(ConvolutionDirection direction, ConvolutionShape shape) {}

  /** What is done for a key. */
  private record Plan(ConvolutionDescriptors descriptors, ConvolutionAlgorithm algorithm) {}

  private final JCudaDriver driver;
  private final CudnnStatus status;
  private final Arithmetic arithmetic;
  private final AlgorithmChoice choice;
  private final long workspaceLimit;
  private final cudnnHandle handle = new cudnnHandle();
  private final Workspaces workspaces;
  private final Map<Key, Plan> plans = new HashMap<>();
  private @Nullable Stream stream;
  private boolean closed;

  /**
   * Convolutions in a driver's context; the driver is not closed with this.
   *
   * @param workspaceLimit the most bytes an algorithm may work in, at least 0
   * @throws CudaException if cuDNN is not here, or does not start
   */
  public CudnnConvolutions(
      JCudaDriver driver, Arithmetic arithmetic, AlgorithmChoice choice, long workspaceLimit) {
    this.driver = driver;
    this.status = new CudnnStatus(driver.context());
    this.arithmetic = arithmetic;
    this.choice = choice;
    this.workspaceLimit = workspaceLimit;
    this.workspaces = new Workspaces(driver);
    if (workspaceLimit < 0) {
      throw new IllegalArgumentException(
          "workspace limit is %d bytes, must be at least 0".formatted(workspaceLimit));
    }
    if (!CudaLookup.result().hasConvolutions()) {
      throw new CudaException("cuDNN cannot be used: it was not found");
    }
    driver.context().use();
    status.check(JCudnn.cudnnCreate(handle), "cudnnCreate");
  }

  @Override
  public void forward(ConvolutionShape shape, long input, long filter, long output, Stream stream) {
    run(new Key(ConvolutionDirection.FORWARD, shape), input, filter, output, stream);
  }

  @Override
  public void backwardInput(
      ConvolutionShape shape, long filter, long outputGradient, long inputGradient, Stream stream) {
    Key key = new Key(ConvolutionDirection.BACKWARD_INPUT, shape);
    run(key, inputGradient, filter, outputGradient, stream);
  }

  @Override
  public void backwardFilter(
      ConvolutionShape shape, long input, long outputGradient, long filterGradient, Stream stream) {
    Key key = new Key(ConvolutionDirection.BACKWARD_FILTER, shape);
    run(key, input, filterGradient, outputGradient, stream);
  }

  private void run(Key key, long input, long filter, long output, Stream stream) {
    requireOpen();
    driver.context().use();
    use(stream);
    Plan plan = plans.get(key);
    if (plan == null) {
      plan = search(key, input, filter, output, stream);
      plans.put(key, plan);
    }
    Block workspace = workspaces.of(stream, plan.algorithm().workspaceBytes());
    int result =
        key.direction()
            .run(
                call(plan.descriptors(), input, filter, output),
                plan.algorithm().number(),
                workspace);
    if (result != 0) {
      status.check(result, key.direction() + " " + key.shape());
    }
  }

  private Call call(ConvolutionDescriptors shape, long input, long filter, long output) {
    return new Call(
        handle, shape, Handles.address(input), Handles.address(filter), Handles.address(output));
  }

  private void use(Stream next) {
    if (!next.equals(stream)) {
      status.check(
          JCudnn.cudnnSetStream(handle, Handles.set(new cudaStream_t(), next.handle())),
          "cudnnSetStream");
      stream = next;
    }
  }

  // The search.

  private Plan search(Key key, long input, long filter, long output, Stream stream) {
    driver.requireNotCapturing(stream, "have an algorithm chosen for " + key.shape());
    ConvolutionDescriptors descriptors =
        new ConvolutionDescriptors(status, key.shape(), mathTypes().get(0));
    try {
      ConvolutionAlgorithm best = best(key, call(descriptors, input, filter, output));
      descriptors.setMathType(best.mathType());
      return new Plan(descriptors, best);
    } catch (RuntimeException e) {
      descriptors.close();
      throw e;
    }
  }

  private ConvolutionAlgorithm best(Key key, Call call) {
    AlgorithmSearch search = new AlgorithmSearch(key.direction(), call, status);
    return switch (choice) {
      case HEURISTIC -> choose(key, search.predict(), workspaceLimit);
      case MEASURED -> measured(key, search);
    };
  }

  private ConvolutionAlgorithm measured(Key key, AlgorithmSearch search) {
    Block workspace = scratch();
    try {
      return choose(key, search.measure(workspace), workspace.bytes());
    } finally {
      if (workspace.address() != 0) {
        driver.free(workspace.address());
      }
    }
  }

  private ConvolutionAlgorithm choose(
      Key key, List<ConvolutionAlgorithm> found, long workspaceBytes) {
    return ConvolutionAlgorithm.choose(found, workspaceBytes, mathTypes())
        .orElseThrow(
            () ->
                new CudaException(
                    ("cuDNN has no deterministic algorithm for %s %s in %d bytes of workspace;"
                            + " chosen by %s, it offers %s")
                        .formatted(key.direction(), key.shape(), workspaceBytes, choice, found)));
  }

  /** The workspace for trials: the limit, or what the device has room for. */
  private Block scratch() {
    long bytes = workspaceLimit;
    while (bytes > 0) {
      try {
        return new Block(driver.allocate(bytes), bytes);
      } catch (OutOfMemoryException e) {
        bytes /= 2; // may do; and there are algorithms that work in nothing
      }
    }
    return new Block(0, 0);
  }

  /** Those allowed, the one to ask for first. */
  private List<Integer> mathTypes() {
    return switch (arithmetic) {
      case FLOAT32 -> List.of(cudnnMathType.CUDNN_FMA_MATH);
      case TENSOR_FLOAT32, BFLOAT16 ->
          List.of(
              cudnnMathType.CUDNN_TENSOR_OP_MATH,
              cudnnMathType.CUDNN_DEFAULT_MATH,
              cudnnMathType.CUDNN_FMA_MATH);
    };
  }

  @Override
  public String description() {
    Arithmetic used =
        arithmetic == Arithmetic.FLOAT32 ? Arithmetic.FLOAT32 : Arithmetic.TENSOR_FLOAT32;
    int version = Math.toIntExact(JCudnn.cudnnGetVersion());
    return "cuDNN %s, %s".formatted(LookupSteps.cudnnVersion(version), LibraryText.of(used));
  }

  private void requireOpen() {
    if (closed) {
      throw new CudaException("these convolutions are closed");
    }
  }

  /** Gives everything back; does nothing where the context was lost, which took it along. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    workspaces.close();
    plans.values().forEach(plan -> plan.descriptors().close());
    plans.clear();
    if (!driver.context().isLost()) {
      driver.context().use();
      status.check(JCudnn.cudnnDestroy(handle), "cudnnDestroy");
    }
  }
}
