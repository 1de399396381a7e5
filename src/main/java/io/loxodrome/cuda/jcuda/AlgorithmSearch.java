package io.loxodrome.cuda.jcuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.jcuda.ConvolutionDirection.Call;
import io.loxodrome.cuda.jcuda.Workspaces.Block;
import java.util.ArrayList;
import java.util.List;
import jcuda.NativePointerObject;

/**
 * cuDNN's own search for the fastest algorithm, by prediction or by trial.
 *
 * <p>cuDNN is called directly: JCudnn leaves the math type out of what it copies back, and without
 * that an algorithm that rounds to TF32 could not be told from one that does not.
 */
final class AlgorithmSearch {
  /** More than cuDNN has, for all of its math types. */
  private static final int MOST = 64;

  // cudnnConvolutionFwdAlgoPerf_t: algo, status, time, memory, determinism, mathType, reserved[3].
  private static final int ENTRY_BYTES = 48;
  private static final int STATUS = 4;
  private static final int MEMORY = 16;
  private static final int DETERMINISM = 24;
  private static final int MATH_TYPE = 28;

  private final ConvolutionDirection direction;
  private final Call call;
  private final CudnnStatus status;

  /** A search for one convolution. */
  AlgorithmSearch(ConvolutionDirection direction, Call call, CudnnStatus status) {
    this.direction = direction;
    this.call = call;
    this.status = status;
  }

  /**
   * What cuDNN predicts, without running anything.
   *
   * @return its algorithms, fastest first
   */
  List<ConvolutionAlgorithm> predict() {
    List<NativePointerObject> all = direction.operands(call);
    List<NativePointerObject> descriptors = List.of(all.get(0), all.get(2), all.get(4), all.get(5));
    return ask("cudnnGetConvolution" + direction.family() + "Algorithm_v7", descriptors, List.of());
  }

  /**
   * Tries algorithms out, which overwrites what the call computes.
   *
   * @return its algorithms, fastest first
   */
  List<ConvolutionAlgorithm> measure(Block workspace) {
    return ask(
        "cudnnFindConvolution" + direction.family() + "AlgorithmEx",
        direction.operands(call),
        List.of(new Pointer(workspace.address()), workspace.bytes()));
  }

  private List<ConvolutionAlgorithm> ask(
      String function, List<NativePointerObject> operands, List<Object> last) {
    try (Memory entries = new Memory((long) MOST * ENTRY_BYTES)) {
      IntByReference count = new IntByReference();
      List<Object> arguments = new ArrayList<>();
      arguments.add(pointer(call.handle()));
      operands.forEach(operand -> arguments.add(pointer(operand)));
      arguments.addAll(List.of(MOST, count, entries));
      arguments.addAll(last);
      status.check(invoke(function, arguments), function);
      return read(entries, count.getValue());
    }
  }

  private static Pointer pointer(NativePointerObject object) {
    return new Pointer(Handles.of(object));
  }

  private static int invoke(String function, List<Object> arguments) {
    try {
      return CudaLibrary.CUDNN.find().function(function).invokeInt(arguments.toArray());
    } catch (LibraryRefusedException e) {
      throw new CudaException("cuDNN cannot be called directly: " + e.getMessage());
    }
  }

  private static List<ConvolutionAlgorithm> read(Memory entries, int count) {
    List<ConvolutionAlgorithm> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long entry = (long) i * ENTRY_BYTES;
      found.add(
          new ConvolutionAlgorithm(
              entries.getInt(entry),
              entries.getInt(entry + STATUS),
              entries.getLong(entry + MEMORY),
              entries.getInt(entry + DETERMINISM),
              entries.getInt(entry + MATH_TYPE)));
    }
    return found;
  }
}
