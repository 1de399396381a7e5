package io.loxodrome.cuda.jcuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import jcuda.driver.CUresult;
import org.jspecify.annotations.Nullable;

/** What the driver's statuses mean. */
final class DriverStatus {
  private DriverStatus() {}

  /** CUDA's name and text of a status, such as {@code CUDA_ERROR_NO_DEVICE (no device found)}. */
  static String text(int status) {
    String name = ask("cuGetErrorName", status);
    String text = ask("cuGetErrorString", status);
    return name == null ? "status " + status : name + " (" + text + ")";
  }

  /**
   * Asks the driver directly: JCuda ends the process where the driver knows no answer, as an old
   * driver does for a new status.
   */
  private static @Nullable String ask(String function, int status) {
    try {
      PointerByReference answer = new PointerByReference();
      int known =
          CudaLibrary.DRIVER.find().function(function).invokeInt(new Object[] {status, answer});
      Pointer text = answer.getValue();
      return known == CUresult.CUDA_SUCCESS && text != null ? text.getString(0) : null;
    } catch (LibraryRefusedException e) {
      return null;
    }
  }

  /**
   * Whether the context is of no more use: what ran on the device broke it, or it is gone. Every
   * later call in it answers with the same status.
   */
  static boolean losesContext(int status) {
    return switch (status) {
      case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_ASSERT,
          CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          CUresult.CUDA_ERROR_INVALID_PC,
          CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
          CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
          CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED ->
          true;
      default -> false;
    };
  }
}
