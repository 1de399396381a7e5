package io.loxodrome.cuda.jcuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import io.loxodrome.cuda.CudaException;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemAllocationType;
import jcuda.driver.CUmemLocation;
import jcuda.driver.CUmemLocationType;
import jcuda.driver.CUmemPoolProps;
import jcuda.driver.CUmemPool_attribute;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** A pool of device memory of our own, which keeps what was freed until it is closed. */
final class DriverPool {
  private static final long KEEP_EVERYTHING = -1; // 2^64 - 1, unsigned

  private final CUmemoryPool pool = new CUmemoryPool();

  /** Takes no memory yet. */
  DriverPool(CudaContext context) {
    int device = Math.toIntExact(Handles.of(context.device()));
    CUmemPoolProps properties = new CUmemPoolProps();
    properties.allocType = CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED;
    properties.location = new CUmemLocation(CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE, device);
    context.check(JCudaDriver.cuMemPoolCreate(pool, properties), "cuMemPoolCreate");
    context.check(keepEverything(), "cuMemPoolSetAttribute(CU_MEMPOOL_ATTR_RELEASE_THRESHOLD)");
  }

  /**
   * Without this, every wait for a stream would give the free memory back to the system. JCuda
   * lacks the function, so the driver is called directly.
   */
  private int keepEverything() {
    try {
      return CudaLibrary.DRIVER
          .find()
          .function("cuMemPoolSetAttribute")
          .invokeInt(
              new Object[] {
                new Pointer(Handles.of(pool)),
                CUmemPool_attribute.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD,
                new LongByReference(KEEP_EVERYTHING)
              });
    } catch (LibraryRefusedException e) {
      throw new CudaException("the driver cannot be called directly: " + e.getMessage());
    }
  }

  /** Allocates in a stream's order; returns CUDA's status. */
  int allocate(CUdeviceptr address, long bytes, CUstream stream) {
    return JCudaDriver.cuMemAllocFromPoolAsync(address, bytes, pool, stream);
  }

  /** Gives what is not in use back to the system; returns CUDA's status. */
  int trim() {
    return JCudaDriver.cuMemPoolTrimTo(pool, 0);
  }

  /** Ends the pool, of which nothing may be in use; returns CUDA's status. */
  int destroy() {
    return JCudaDriver.cuMemPoolDestroy(pool);
  }
}
