package io.loxodrome.cuda.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventQuery;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeAsync;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD8Async;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamIsCapturing;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;

import com.sun.jna.Native;
import io.loxodrome.cuda.Arguments;
import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.DeviceProperties;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.Event;
import io.loxodrome.cuda.Graph;
import io.loxodrome.cuda.Kernel;
import io.loxodrome.cuda.KernelModule;
import io.loxodrome.cuda.LaunchShape;
import io.loxodrome.cuda.OutOfMemoryException;
import io.loxodrome.cuda.Stream;
import io.loxodrome.cuda.jcuda.Holdings.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstreamCaptureStatus;
import jcuda.driver.CUstream_flags;
import org.jspecify.annotations.Nullable;

/**
 * CUDA's driver through JCuda.
 *
 * <p>Its context is the calling thread's current one after every call. Where work on the device
 * broke the context (a kernel that wrote out of bounds, say), every later call says so, except
 * those that give something back, which do nothing; then the device must be opened again.
 */
public final class JCudaDriver implements Driver {
  private final CudaContext context;
  private final DeviceProperties device;
  private final Holdings holdings = new Holdings();
  private final LaunchBlock launchBlock = new LaunchBlock();
  private final @Nullable DriverPool pool;

  private JCudaDriver(CudaContext context) {
    this.context = context;
    this.device = DeviceQuery.properties(context.device());
    this.pool = DeviceQuery.hasMemoryPools(context.device()) ? new DriverPool(context) : null;
  }

  /**
   * A driver with a new context of its own.
   *
   * @param device CUDA's number of it, from 0
   * @throws IllegalArgumentException if there is no such device, or it is too old
   * @throws CudaException if CUDA cannot be used here, or the device has no room for a context
   */
  public static JCudaDriver open(int device) {
    requireCuda();
    if (!CudaLookup.result().devices().contains(device)) {
      throw new IllegalArgumentException(
          "there is no device %d to be used, known are %s"
              .formatted(device, CudaLookup.result().devices()));
    }
    return opened(CudaContext.create(DeviceQuery.device(device)));
  }

  /**
   * A driver in the context that is current on the calling thread, such as that of another program
   * in this process, whose memory and streams it can then use. Closing it gives back what was made
   * through it, and leaves the context.
   *
   * @throws CudaException if CUDA cannot be used here, or no context is current
   */
  public static JCudaDriver attached() {
    requireCuda();
    return opened(CudaContext.current());
  }

  private static JCudaDriver opened(CudaContext context) {
    try {
      return new JCudaDriver(context);
    } catch (RuntimeException | Error e) {
      context.close();
      throw e;
    }
  }

  private static void requireCuda() {
    CudaLookup found = CudaLookup.result();
    if (found.devices().isEmpty()) {
      throw new CudaException("CUDA cannot be used: " + found.reason());
    }
  }

  @Override
  public DeviceProperties device() {
    return device;
  }

  /** What cuBLAS and cuDNN work in. */
  CudaContext context() {
    return context;
  }

  // Memory.

  @Override
  public long allocate(long bytes) {
    context.use();
    requirePositive(bytes);
    CUdeviceptr address = new CUdeviceptr();
    int status = cuMemAlloc(address, bytes);
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY && pool != null) {
      // What the pool keeps for later may be what is missing.
      context.check(pool.trim(), "cuMemPoolTrimTo");
      status = cuMemAlloc(address, bytes);
    }
    return allocated(status, bytes, address, Kind.MEMORY);
  }

  private static void requirePositive(long bytes) {
    if (bytes < 1) {
      throw new CudaException("allocation of %d bytes, must be at least 1".formatted(bytes));
    }
  }

  private long allocated(int status, long bytes, CUdeviceptr address, Kind kind) {
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfMemoryException(bytes, bytesLeft(), device.name());
    }
    context.check(status, "allocation of %d bytes".formatted(bytes));
    long handle = Handles.of(address);
    holdings.add(kind, handle);
    return handle;
  }

  @Override
  public void free(long address) {
    giveBack(Kind.MEMORY, address);
  }

  @Override
  public boolean hasMemoryPools() {
    return pool != null;
  }

  private DriverPool requirePool() {
    if (pool == null) {
      throw new CudaException(context.name() + " orders no memory by streams: it has no pools");
    }
    return pool;
  }

  @Override
  public long allocate(long bytes, Stream stream) {
    DriverPool from = requirePool();
    context.use();
    requirePositive(bytes);
    requireNotCapturing(stream, "change its memory");
    CUdeviceptr address = new CUdeviceptr();
    return allocated(
        from.allocate(address, bytes, toJCuda(stream)), bytes, address, Kind.POOLED_MEMORY);
  }

  @Override
  public void free(long address, Stream stream) {
    requirePool();
    context.requireOpen();
    holdings.remove(Kind.POOLED_MEMORY, address);
    if (!context.isLost()) {
      context.use();
      requireNotCapturing(stream, "change its memory");
      context.check(
          cuMemFreeAsync(Handles.address(address), toJCuda(stream)), "free of pooled memory");
    }
  }

  /**
   * Refuses a stream that is capturing.
   *
   * @param what it cannot do then
   */
  void requireNotCapturing(Stream stream, String what) {
    int[] state = new int[1];
    context.check(cuStreamIsCapturing(toJCuda(stream), state), "cuStreamIsCapturing");
    if (state[0] != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE) {
      throw new CudaException(
          "stream 0x%x is capturing and cannot %s".formatted(stream.handle(), what));
    }
  }

  @Override
  public long bytesLeft() {
    context.use();
    long[] free = new long[1];
    context.check(cuMemGetInfo(free, new long[1]), "cuMemGetInfo");
    return free[0];
  }

  @Override
  public ByteBuffer allocateHost(int bytes) {
    context.use();
    requirePositive(bytes);
    Pointer memory = new Pointer();
    context.check(
        cuMemAllocHost(memory, bytes), "allocation of %d bytes of the host".formatted(bytes));
    ByteBuffer buffer = memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    holdings.add(Kind.HOST_MEMORY, address(buffer));
    return buffer;
  }

  @Override
  public void freeHost(ByteBuffer buffer) {
    giveBack(Kind.HOST_MEMORY, address(buffer));
  }

  /** Where a direct buffer starts, whatever its position. */
  private static long address(ByteBuffer buffer) {
    return com.sun.jna.Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
  }

  private static Pointer remaining(ByteBuffer direct) {
    return Pointer.to(direct.slice());
  }

  @Override
  public void write(ByteBuffer source, long address, Stream stream) {
    context.use();
    int bytes = source.remaining();
    if (source.isDirect()) {
      writeDirect(source, address, stream);
    } else {
      requireNotCapturing(stream, "copy from an array of Java's, which may move");
      ByteBuffer staging = ByteBuffer.allocateDirect(bytes);
      staging.put(source.duplicate()).flip();
      writeDirect(staging, address, stream);
      synchronize(stream);
    }
    source.position(source.limit());
  }

  private void writeDirect(ByteBuffer source, long address, Stream stream) {
    int bytes = source.remaining();
    if (bytes > 0) {
      context.check(
          cuMemcpyHtoDAsync(Handles.address(address), remaining(source), bytes, toJCuda(stream)),
          "copy of %d bytes to 0x%x".formatted(bytes, address));
    }
  }

  @Override
  public void read(long address, ByteBuffer target, Stream stream) {
    context.use();
    if (target.isDirect()) {
      readDirect(address, target, stream);
      target.position(target.limit());
    } else {
      requireNotCapturing(stream, "copy to an array of Java's, which may move");
      ByteBuffer staging = ByteBuffer.allocateDirect(target.remaining());
      readDirect(address, staging, stream);
      synchronize(stream);
      target.put(staging);
    }
  }

  private void readDirect(long address, ByteBuffer target, Stream stream) {
    int bytes = target.remaining();
    if (bytes > 0) {
      context.check(
          cuMemcpyDtoHAsync(remaining(target), Handles.address(address), bytes, toJCuda(stream)),
          "copy of %d bytes from 0x%x".formatted(bytes, address));
    }
  }

  @Override
  public void copy(long source, long target, long bytes, Stream stream) {
    context.use();
    if (bytes > 0) {
      context.check(
          cuMemcpyDtoDAsync(
              Handles.address(target), Handles.address(source), bytes, toJCuda(stream)),
          "copy of %d bytes from 0x%x to 0x%x".formatted(bytes, source, target));
    }
  }

  @Override
  public void fill(long address, byte value, long bytes, Stream stream) {
    context.use();
    if (bytes > 0) {
      context.check(
          cuMemsetD8Async(Handles.address(address), value, bytes, toJCuda(stream)),
          "fill of %d bytes at 0x%x".formatted(bytes, address));
    }
  }

  // Modules and launches.

  @Override
  public KernelModule load(String name, String ptx) {
    context.use();
    long handle = Handles.of(PtxLoader.load(context, name, ptx));
    holdings.add(Kind.MODULE, handle);
    return new KernelModule(name, handle);
  }

  @Override
  public Kernel kernel(KernelModule module, String entry) {
    context.use();
    CUfunction function = new CUfunction();
    context.check(
        cuModuleGetFunction(function, Handles.set(new CUmodule(), module.handle()), entry),
        "look-up of kernel %s in %s".formatted(entry, module.name()));
    return new Kernel(entry, Handles.of(function));
  }

  @Override
  public void unload(KernelModule module) {
    giveBack(Kind.MODULE, module.handle());
  }

  @Override
  public void launch(Kernel kernel, LaunchShape shape, Arguments arguments, Stream stream) {
    context.use();
    int status =
        cuLaunchKernel(
            Handles.set(new CUfunction(), kernel.handle()),
            Math.toIntExact(shape.blocksX()),
            Math.toIntExact(shape.blocksY()),
            Math.toIntExact(shape.blocksZ()),
            shape.threads(),
            1,
            1,
            shape.sharedBytes(),
            toJCuda(stream),
            null,
            launchBlock.fill(arguments));
    if (status != CUresult.CUDA_SUCCESS) {
      context.check(status, describe(kernel, shape));
    }
  }

  private static String describe(Kernel kernel, LaunchShape shape) {
    return "launch of %s in %d x %d x %d blocks of %d threads with %d bytes of shared memory"
        .formatted(
            kernel.entry(),
            shape.blocksX(),
            shape.blocksY(),
            shape.blocksZ(),
            shape.threads(),
            shape.sharedBytes());
  }

  // Streams.

  /** JCuda's object for a stream, this driver's or not. */
  private static CUstream toJCuda(Stream stream) {
    return Handles.set(new CUstream(), stream.handle());
  }

  @Override
  public Stream createStream() {
    context.use();
    CUstream stream = new CUstream();
    context.check(cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    holdings.add(Kind.STREAM, Handles.of(stream));
    return new Stream(Handles.of(stream));
  }

  @Override
  public void destroy(Stream stream) {
    if (!context.isLost()) {
      synchronize(stream);
    }
    giveBack(Kind.STREAM, stream.handle());
  }

  @Override
  public void synchronize(Stream stream) {
    context.use();
    context.check(cuStreamSynchronize(toJCuda(stream)), "wait for a stream");
  }

  private static CUevent toJCuda(Event event) {
    return Handles.set(new CUevent(), event.handle());
  }

  @Override
  public Event createEvent() {
    context.use();
    CUevent event = new CUevent();
    context.check(cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    holdings.add(Kind.EVENT, Handles.of(event));
    return new Event(Handles.of(event));
  }

  @Override
  public void destroy(Event event) {
    giveBack(Kind.EVENT, event.handle());
  }

  @Override
  public void record(Event event, Stream stream) {
    context.use();
    context.check(cuEventRecord(toJCuda(event), toJCuda(stream)), "cuEventRecord");
  }

  @Override
  public boolean isDone(Event event) {
    context.use();
    int status = cuEventQuery(toJCuda(event));
    if (status == CUresult.CUDA_ERROR_NOT_READY) {
      return false;
    }
    context.check(status, "cuEventQuery");
    return true;
  }

  @Override
  public void synchronize(Event event) {
    context.use();
    context.check(cuEventSynchronize(toJCuda(event)), "wait for an event");
  }

  @Override
  public void await(Event event, Stream stream) {
    context.use();
    context.check(cuStreamWaitEvent(toJCuda(stream), toJCuda(event), 0), "cuStreamWaitEvent");
  }

  // Graphs.

  @Override
  public void beginCapture(Stream stream) {
    context.use();
    context.check(
        cuStreamBeginCapture(toJCuda(stream), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
        "begin of a capture");
  }

  @Override
  public Graph endCapture(Stream stream) {
    context.use();
    CUgraph captured = new CUgraph();
    context.check(cuStreamEndCapture(toJCuda(stream), captured), "end of a capture");
    CUgraphExec graph = new CUgraphExec();
    int status = cuGraphInstantiate(graph, captured, 0);
    context.check(cuGraphDestroy(captured), "cuGraphDestroy");
    context.check(status, "cuGraphInstantiate");
    holdings.add(Kind.GRAPH, Handles.of(graph));
    return new Graph(Handles.of(graph));
  }

  @Override
  public void launch(Graph graph, Stream stream) {
    context.use();
    context.check(
        cuGraphLaunch(Handles.set(new CUgraphExec(), graph.handle()), toJCuda(stream)),
        "launch of a graph");
  }

  @Override
  public void destroy(Graph graph) {
    giveBack(Kind.GRAPH, graph.handle());
  }

  // Giving back.

  private void giveBack(Kind kind, long handle) {
    context.requireOpen();
    holdings.remove(kind, handle);
    if (!context.isLost()) {
      context.use();
      context.check(release(kind, handle), "giving back of " + kind);
    }
  }

  private static int release(Kind kind, long handle) {
    return switch (kind) {
      case GRAPH -> cuGraphExecDestroy(Handles.set(new CUgraphExec(), handle));
      case EVENT -> cuEventDestroy(Handles.set(new CUevent(), handle));
      case MODULE -> cuModuleUnload(Handles.set(new CUmodule(), handle));
      case MEMORY, POOLED_MEMORY -> cuMemFree(Handles.address(handle));
      case HOST_MEMORY -> cuMemFreeHost(Handles.set(new Pointer(), handle));
      case STREAM -> cuStreamDestroy(Handles.set(new CUstream(), handle));
    };
  }

  @Override
  public void close() {
    if (context.isClosed()) {
      return;
    }
    try {
      if (!context.isLost()) {
        giveEverythingBack();
      }
    } finally {
      context.close();
    }
  }

  private void giveEverythingBack() {
    context.use();
    context.check(cuCtxSynchronize(), "wait for all work");
    for (Kind kind : Kind.values()) {
      for (long handle : holdings.removeAll(kind)) {
        context.check(release(kind, handle), "giving back of " + kind);
      }
    }
    if (pool != null) {
      context.check(pool.trim(), "cuMemPoolTrimTo");
      context.check(pool.destroy(), "cuMemPoolDestroy");
    }
  }
}
