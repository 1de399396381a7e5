package io.loxodrome.cuda.jcuda;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jcuda.NativePointerObject;
import jcuda.driver.CUdeviceptr;

/**
 * JCuda's objects from CUDA's handles and back.
 *
 * <p>JCuda hides the one number each of its objects holds. To take another program's stream, and to
 * hand out handles that it understands, that field is written and read here, and nowhere else.
 */
final class Handles {
  private static final VarHandle NATIVE_POINTER = nativePointer();

  private Handles() {}

  private static VarHandle nativePointer() {
    try {
      return MethodHandles.privateLookupIn(NativePointerObject.class, MethodHandles.lookup())
          .findVarHandle(NativePointerObject.class, "nativePointer", long.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JCuda keeps its handles elsewhere", e);
    }
  }

  /** Makes a fresh JCuda object stand for a handle; returns it. */
  static <T extends NativePointerObject> T set(T object, long handle) {
    NATIVE_POINTER.set(object, handle);
    return object;
  }

  /** The handle that a call wrote into a JCuda object. */
  static long of(NativePointerObject object) {
    return (long) NATIVE_POINTER.get(object);
  }

  /** A device address. */
  static CUdeviceptr address(long address) {
    return set(new CUdeviceptr(), address);
  }
}
