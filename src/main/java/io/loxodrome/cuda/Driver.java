package io.loxodrome.cuda;

import java.nio.ByteBuffer;

/**
 * What this library asks of CUDA's driver, on one device and in one context.
 *
 * <p>Work on one stream runs in the order it was given; copies, fills and launches may return
 * before it is done, and a failure of theirs may surface at any later call. A driver belongs to one
 * thread at a time. Addresses, sizes and offsets are in bytes.
 */
public interface Driver extends AutoCloseable {
  /** What the device is and how much of everything it takes. */
  DeviceProperties device();

  /**
   * Device memory with undefined contents, aligned to 256 bytes.
   *
   * @param bytes at least 1
   * @throws CudaException if there is not that much left
   */
  long allocate(long bytes);

  /** Gives back what {@link #allocate(long)} returned, once all work that uses it is done. */
  void free(long address);

  /**
   * Whether the device orders memory by streams itself, so that {@link #allocate(long, Stream)} may
   * be called.
   */
  boolean hasMemoryPools();

  /**
   * Device memory as {@link #allocate(long)} gives it, but at its place in a stream's order: for
   * work given to the stream from here on.
   *
   * @param bytes at least 1
   * @throws CudaException if there is not that much left, the device has no memory pools, or the
   *     stream is capturing
   */
  long allocate(long bytes, Stream stream);

  /**
   * Gives back what {@link #allocate(long, Stream)} returned: later work on the stream may have it,
   * so nothing need be waited for.
   */
  void free(long address, Stream stream);

  /** Bytes of the device's memory that nobody has, other programs included. */
  long bytesLeft();

  /**
   * Memory of the host that the device copies to and from without the processor's help, in the
   * machine's byte order.
   *
   * @param bytes at least 1
   */
  ByteBuffer allocateHost(int bytes);

  /** Gives back what {@link #allocateHost} returned, once all copies from and to it are done. */
  void freeHost(ByteBuffer buffer);

  /** Copies the source's remaining bytes to the device; it must not change until that is done. */
  void write(ByteBuffer source, long address, Stream stream);

  /** Fills the target's remaining bytes from the device; they are there once that is done. */
  void read(long address, ByteBuffer target, Stream stream);

  /** Copies within the device; the two ranges must not overlap. */
  void copy(long source, long target, long bytes, Stream stream);

  /** Sets every byte of a range. */
  void fill(long address, byte value, long bytes, Stream stream);

  /**
   * Compiles PTX for this device and loads it.
   *
   * @param name what errors call it
   * @throws CudaException if the driver refuses it; the message has the driver's log
   */
  KernelModule load(String name, String ptx);

  /**
   * Looks up a kernel of a loaded module.
   *
   * @throws CudaException if the module has no such entry
   */
  Kernel kernel(KernelModule module, String entry);

  /** Unloads a module; its kernels may not be launched again. */
  void unload(KernelModule module);

  /** Starts a kernel. */
  void launch(Kernel kernel, LaunchShape shape, Arguments arguments, Stream stream);

  /** A stream whose work runs beside other streams' work, {@link Stream#DEFAULT}'s included. */
  Stream createStream();

  /** Waits for a stream's work, then gives the stream back. */
  void destroy(Stream stream);

  /**
   * Waits until all work given to a stream is done.
   *
   * @throws CudaException if some of it failed
   */
  void synchronize(Stream stream);

  /** A mark that has not been set yet. */
  Event createEvent();

  /** Gives an event back. */
  void destroy(Event event);

  /** Sets the mark behind all work given to the stream so far. */
  void record(Event event, Stream stream);

  /** Whether all work before the mark is done; true for one that was never set. */
  boolean isDone(Event event);

  /**
   * Waits until all work before the mark is done.
   *
   * @throws CudaException if some of it failed
   */
  void synchronize(Event event);

  /** Lets all later work on the stream wait for the mark. */
  void await(Event event, Stream stream);

  /**
   * From here on work given to the stream is noted down instead of done. Memory may be allocated
   * and freed meanwhile with {@link #allocate(long)} and {@link #free(long)}, at once and unnoted.
   *
   * @throws CudaException if the stream is capturing already
   */
  void beginCapture(Stream stream);

  /**
   * Ends {@link #beginCapture}: returns what was noted down, ready to be run any number of times.
   *
   * @throws CudaException if the stream is not capturing
   */
  Graph endCapture(Stream stream);

  /** Runs a graph's work, on the addresses and values it was captured with. */
  void launch(Graph graph, Stream stream);

  /** Gives a graph back. */
  void destroy(Graph graph);

  /** Gives everything back; idempotent. */
  @Override
  void close();
}
