package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.CudaException;
import jcuda.driver.CUcontext;
import jcuda.driver.CUctx_flags;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * A CUDA context: current on the calling thread whenever it is used, and once what ran in it broke
 * it, refused with the first error.
 */
final class CudaContext {
  private static final String LATE =
      "; work runs behind the calls that start it, so an earlier launch may be the cause: run with"
          + " CUDA_LAUNCH_BLOCKING=1, or under compute-sanitizer, to see which";

  private final CUcontext context;
  private final CUdevice device;
  private final boolean own;
  private final String name;
  private @Nullable String lost;
  private boolean closed;

  private CudaContext(CUcontext context, CUdevice device, boolean own) {
    this.context = context;
    this.device = device;
    this.own = own;
    this.name = "device " + Handles.of(device);
  }

  /** A new context on a device. */
  static CudaContext create(CUdevice device) {
    CUcontext context = new CUcontext();
    CudaContext created = new CudaContext(context, device, true);
    created.check(
        JCudaDriver.cuCtxCreate(context, CUctx_flags.CU_CTX_SCHED_AUTO, device), "cuCtxCreate");
    return created;
  }

  /** The context that is current on the calling thread. */
  static CudaContext current() {
    CUcontext context = new CUcontext();
    CUdevice device = new CUdevice();
    CudaContext found = new CudaContext(context, device, false);
    found.check(JCudaDriver.cuCtxGetCurrent(context), "cuCtxGetCurrent");
    if (Handles.of(context) == 0) {
      throw new CudaException("no CUDA context is current on this thread");
    }
    found.check(JCudaDriver.cuCtxGetDevice(device), "cuCtxGetDevice");
    return new CudaContext(context, device, false);
  }

  CUdevice device() {
    return device;
  }

  /** Its device, for errors. */
  String name() {
    return name;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isLost() {
    return lost != null;
  }

  /**
   * Makes it the calling thread's current context.
   *
   * @throws CudaException if it was lost or closed
   */
  void use() {
    requireOpen();
    if (lost != null) {
      throw new CudaException(
          "the context of %s was lost: %s; open the device again".formatted(name, lost));
    }
    check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  /**
   * Refuses a closed context, but not a lost one.
   *
   * @throws CudaException if it was closed
   */
  void requireOpen() {
    if (closed) {
      throw new CudaException("the driver of " + name + " is closed");
    }
  }

  /**
   * Turns a failed call into an exception, and remembers when it cost the context.
   *
   * @param operation what was tried
   */
  void check(int status, String operation) {
    if (status == CUresult.CUDA_SUCCESS) {
      return;
    }
    String message = "%s on %s: %s".formatted(operation, name, DriverStatus.text(status));
    if (DriverStatus.losesContext(status)) {
      lost = message;
      throw new CudaException(message + LATE);
    }
    throw new CudaException(message);
  }

  /** The sentence for errors whose cause may be an earlier call. */
  static String lateCause() {
    return LATE;
  }

  /** Destroys the context if it was created here; idempotent, and quiet about one that is lost. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (own) {
      int status = JCudaDriver.cuCtxDestroy(context);
      if (lost == null) {
        check(status, "cuCtxDestroy");
      }
    }
  }
}
