package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.DeviceProperties;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** What the driver says of its devices; needs no context. */
final class DeviceQuery {
  private static final int NAME_BYTES = 256;

  private DeviceQuery() {}

  /** How many devices there are. */
  static int count() {
    int[] count = new int[1];
    int status = JCudaDriver.cuDeviceGetCount(count);
    // The driver's other way to say none.
    if (status == CUresult.CUDA_ERROR_NO_DEVICE) {
      return 0;
    }
    check(status, "cuDeviceGetCount");
    return count[0];
  }

  static CUdevice device(int index) {
    CUdevice device = new CUdevice();
    check(JCudaDriver.cuDeviceGet(device, index), "cuDeviceGet(" + index + ")");
    return device;
  }

  static DeviceProperties properties(int index) {
    return properties(device(index));
  }

  static DeviceProperties properties(CUdevice device) {
    byte[] name = new byte[NAME_BYTES];
    check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    return new DeviceProperties(
        text(name),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z));
  }

  static boolean hasMemoryPools(CUdevice device) {
    return attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) != 0;
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "cuDeviceGetAttribute(" + CUdevice_attribute.stringFor(attribute) + ")");
    return value[0];
  }

  private static String text(byte[] bytes) {
    String all = new String(bytes, StandardCharsets.UTF_8);
    int end = all.indexOf('\0');
    return end < 0 ? all : all.substring(0, end);
  }

  private static void check(int status, String call) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new CudaException(call + ": " + DriverStatus.text(status));
    }
  }
}
