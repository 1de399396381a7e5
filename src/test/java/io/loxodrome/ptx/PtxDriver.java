package io.loxodrome.ptx;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A driver whose device is this program: PTX is executed on the calling thread, every access is
 * checked, and all traffic is counted.
 *
 * <p>Work is done before the call that gives it returns. What a kernel may not do is a {@link
 * PtxFault}: access out of bounds, misaligned or after a free, reading what nothing was written to,
 * races within a block and between blocks, barriers that not all threads come to, endless loops.
 */
public final class PtxDriver implements Driver {
  private static final DeviceProperties DEVICE =
      new DeviceProperties("PTX executor", 9, 0, 132, 1024, 49152, 2147483647, 65535, 65535);
  private static final long MOST_INSTRUCTIONS = 200_000_000L;
  private static final long MOST_BYTES = 80L << 30;

  /** A kernel and the module it goes with. */
  private record LoadedKernel(long module, EntryCode code) {}

  /** Where an event was recorded; nowhere, or in a stream that was capturing. */
  private static final class Mark {
    @Nullable Capture capture;
  }

  private final DeviceProperties device;
  private final Optional<SecondDevice> second;
  private final GlobalMemory memory = new GlobalMemory();
  private final Dice random;
  private final Map<Long, LoadedModule> modules = new HashMap<>();
  private final Map<Long, LoadedKernel> kernels = new HashMap<>();
  private final Map<Long, @Nullable Capture> streams = new HashMap<>();
  private final Map<Capture, Long> origins = new HashMap<>();
  private final Map<Long, Mark> events = new HashMap<>();
  private final Map<Long, List<Runnable>> graphs = new HashMap<>();
  private final List<LaunchRecord> launches = new ArrayList<>();
  private @Nullable LongPredicate nextOnly;
  private long mostInstructions = MOST_INSTRUCTIONS;
  private long mostBytes = MOST_BYTES;
  private boolean memoryPools = true;
  private long lastHandle;
  private int hostBuffers;
  private long now = Stamp.TICK;
  private boolean closed;

  /**
   * A device like an H100.
   *
   * @param seed decides the order of blocks, of warps, and of the sides of a branch
   */
  public PtxDriver(long seed) {
    this(seed, DEVICE);
  }

  /** A device of so many multiprocessors. */
  public PtxDriver(long seed, int multiprocessors) {
    this(
        seed,
        new DeviceProperties(
            DEVICE.name(),
            DEVICE.major(),
            DEVICE.minor(),
            multiprocessors,
            DEVICE.threadsPerBlock(),
            DEVICE.sharedBytesPerBlock(),
            DEVICE.blocksX(),
            DEVICE.blocksY(),
            DEVICE.blocksZ()));
  }

  /** A device with other limits. */
  public PtxDriver(long seed, DeviceProperties device) {
    this(seed, device, Gpu.second());
  }

  /** A device whose launches are repeated on another, if there is one. */
  PtxDriver(long seed, DeviceProperties device, Optional<SecondDevice> second) {
    this.device = device;
    this.second = second;
    this.random = new Dice(seed);
    streams.put(Stream.DEFAULT.handle(), null);
  }

  @Override
  public DeviceProperties device() {
    requireOpen();
    return device;
  }

  private void requireOpen() {
    if (closed) {
      throw new CudaException("the driver is closed");
    }
  }

  private long newHandle() {
    requireOpen();
    return ++lastHandle;
  }

  // What tests ask besides.

  /** Launches that ran to their end since this was last asked. */
  public List<LaunchRecord> takeLaunches() {
    List<LaunchRecord> result = List.copyOf(launches);
    launches.clear();
    return result;
  }

  /** Device memory that was allocated and not freed. */
  public long bytesInUse() {
    return memory.bytesInUse();
  }

  /**
   * Memory of any size that costs only what is touched.
   *
   * @param source what it holds where nothing was written
   */
  public long allocateSparse(long bytes, WordSource source) {
    requireOpen();
    requirePositive(bytes);
    return memory.allocateSparse(bytes, source).begin;
  }

  /** Forgets what was written to a range: reading it before it is written again is a fault. */
  public void poison(long address, long bytes) {
    requireOpen();
    memory.require("poison", address, bytes).poison(address, bytes);
  }

  /**
   * Makes the next launch run only some blocks.
   *
   * @param linearBlock holds for x + blocksX * (y + blocksY * z) of the blocks to run
   */
  public void onlyBlocks(LongPredicate linearBlock) {
    nextOnly = linearBlock;
  }

  /** Host memory that was allocated and not freed, in buffers. */
  public int hostBuffersInUse() {
    return hostBuffers;
  }

  /** Makes the host's work part of a stream, as libraries that stand for cuBLAS and cuDNN do. */
  public void callHost(Runnable work, Stream stream) {
    submit(stream, work);
  }

  /** Sets how much memory the device has. */
  public void limitMemory(long bytes) {
    mostBytes = bytes;
  }

  /** Makes the device one of those that cannot order memory by streams. */
  public PtxDriver withoutMemoryPools() {
    memoryPools = false;
    return this;
  }

  /** Sets after how many instructions of warps a launch counts as endless. */
  public void limitInstructions(long most) {
    mostInstructions = most;
  }

  // Memory.

  @Override
  public long allocate(long bytes) {
    requireOpen();
    requirePositive(bytes);
    if (bytes > bytesLeft()) {
      throw new OutOfMemoryException(bytes, bytesLeft(), device.name());
    }
    return memory.allocate(bytes).begin;
  }

  private static void requirePositive(long bytes) {
    if (bytes < 1) {
      throw new CudaException("allocation of %d bytes, must be at least 1".formatted(bytes));
    }
  }

  @Override
  public void free(long address) {
    requireOpen();
    memory.free(address);
  }

  @Override
  public boolean hasMemoryPools() {
    return memoryPools;
  }

  @Override
  public long allocate(long bytes, Stream stream) {
    if (!memoryPools) {
      throw new CudaException(device.name() + " has no memory pools");
    }
    requireNotCapturing(stream);
    return allocate(bytes);
  }

  @Override
  public void free(long address, Stream stream) {
    requireNotCapturing(stream);
    free(address);
  }

  private void requireNotCapturing(Stream stream) {
    requireStream(stream);
    if (streams.get(stream.handle()) != null) {
      throw new CudaException(
          "stream %d is capturing: its memory cannot change hands".formatted(stream.handle()));
    }
  }

  @Override
  public long bytesLeft() {
    return mostBytes - memory.bytesInUse();
  }

  @Override
  public ByteBuffer allocateHost(int bytes) {
    requireOpen();
    requirePositive(bytes);
    hostBuffers++;
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void freeHost(ByteBuffer buffer) {
    requireOpen();
    if (hostBuffers == 0) {
      throw new CudaException("a host buffer was freed that was not allocated");
    }
    hostBuffers--;
  }

  @Override
  public void write(ByteBuffer source, long address, Stream stream) {
    int bytes = source.remaining();
    memory.require("write", address, bytes);
    ByteBuffer view = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    submit(
        stream,
        () ->
            memory
                .require("write", address, bytes)
                .write(address, view.duplicate().order(ByteOrder.LITTLE_ENDIAN)));
    source.position(source.limit());
  }

  @Override
  public void read(long address, ByteBuffer target, Stream stream) {
    int bytes = target.remaining();
    memory.require("read", address, bytes);
    ByteBuffer view = target.duplicate();
    submit(
        stream,
        () ->
            memory
                .require("read", address, bytes)
                .read(address, view.duplicate().order(ByteOrder.LITTLE_ENDIAN)));
    target.position(target.limit());
  }

  @Override
  public void copy(long source, long target, long bytes, Stream stream) {
    memory.require("copy", source, bytes);
    memory.require("copy", target, bytes);
    submit(
        stream,
        () ->
            memory
                .require("copy", target, bytes)
                .copy(target, memory.require("copy", source, bytes), source, bytes));
  }

  @Override
  public void fill(long address, byte value, long bytes, Stream stream) {
    memory.require("fill", address, bytes);
    submit(stream, () -> memory.require("fill", address, bytes).fill(address, bytes, value));
  }

  // Modules and launches.

  @Override
  public KernelModule load(String name, String ptx) {
    long handle = newHandle();
    modules.put(handle, new LoadedModule(name, ptx, memory));
    return new KernelModule(name, handle);
  }

  @Override
  public Kernel kernel(KernelModule module, String entry) {
    LoadedModule loaded = require(modules, module.handle(), "module " + module.name());
    long handle = newHandle();
    kernels.put(handle, new LoadedKernel(module.handle(), loaded.entry(entry)));
    return new Kernel(entry, handle);
  }

  @Override
  public void unload(KernelModule module) {
    require(modules, module.handle(), "module " + module.name()).unload(memory);
    modules.remove(module.handle());
    kernels.values().removeIf(kernel -> kernel.module() == module.handle());
  }

  private <T> T require(Map<Long, T> known, long handle, String what) {
    requireOpen();
    T found = known.get(handle);
    if (found == null) {
      throw new CudaException(what + " is unknown or was given back");
    }
    return found;
  }

  @Override
  public void launch(Kernel kernel, LaunchShape shape, Arguments arguments, Stream stream) {
    LoadedKernel loaded = require(kernels, kernel.handle(), "kernel " + kernel.entry());
    EntryCode code = loaded.code();
    LaunchChecks.require(code, shape, arguments, device);
    byte[] parameters = new byte[arguments.bytes().remaining()];
    arguments.bytes().get(parameters);
    LongPredicate only = nextOnly;
    nextOnly = null;
    submit(
        stream,
        () -> {
          require(kernels, kernel.handle(), "kernel " + kernel.entry());
          Optional<SecondDevice.Repetition> repetition =
              only == null ? repetition(loaded, shape, parameters) : Optional.empty();
          run(code, shape, parameters, only);
          repetition.ifPresent(SecondDevice.Repetition::compare);
        });
  }

  private Optional<SecondDevice.Repetition> repetition(
      LoadedKernel kernel, LaunchShape shape, byte[] parameters) {
    String file = require(modules, kernel.module(), "module " + kernel.module()).name();
    return second.flatMap(other -> other.prepare(file, kernel.code(), shape, parameters, memory));
  }

  private void run(
      EntryCode code, LaunchShape shape, byte[] parameters, @Nullable LongPredicate only) {
    Launch launch = new Launch(code, shape, parameters, memory, random, now, mostInstructions);
    try {
      launch.run(only);
    } finally {
      now = launch.now;
    }
    launches.add(new LaunchRecord(code.name(), shape, launch.counts()));
  }

  // Streams.

  /** Does work, or notes it down. */
  private void submit(Stream stream, Runnable work) {
    requireStream(stream);
    Capture capture = streams.get(stream.handle());
    if (capture == null) {
      work.run();
    } else {
      capture.note(work);
    }
  }

  private void requireStream(Stream stream) {
    requireOpen();
    if (!streams.containsKey(stream.handle())) {
      throw new CudaException("stream %d is unknown or was destroyed".formatted(stream.handle()));
    }
  }

  @Override
  public Stream createStream() {
    Stream stream = new Stream(newHandle());
    streams.put(stream.handle(), null);
    return stream;
  }

  @Override
  public void destroy(Stream stream) {
    requireStream(stream);
    if (stream.equals(Stream.DEFAULT)) {
      throw new CudaException("the default stream cannot be destroyed");
    }
    if (streams.get(stream.handle()) != null) {
      throw new CudaException("stream %d is capturing".formatted(stream.handle()));
    }
    streams.remove(stream.handle());
  }

  @Override
  public void synchronize(Stream stream) {
    requireStream(stream);
    if (streams.get(stream.handle()) != null) {
      throw new CudaException(
          "stream %d is capturing and cannot be waited for".formatted(stream.handle()));
    }
  }

  @Override
  public Event createEvent() {
    Event event = new Event(newHandle());
    events.put(event.handle(), new Mark());
    return event;
  }

  private Mark requireEvent(Event event) {
    return require(events, event.handle(), "event %d".formatted(event.handle()));
  }

  @Override
  public void destroy(Event event) {
    requireEvent(event);
    events.remove(event.handle());
  }

  @Override
  public void record(Event event, Stream stream) {
    requireStream(stream);
    requireEvent(event).capture = streams.get(stream.handle());
  }

  @Override
  public boolean isDone(Event event) {
    requireNotCaptured(event);
    return true;
  }

  @Override
  public void synchronize(Event event) {
    requireNotCaptured(event);
  }

  private void requireNotCaptured(Event event) {
    if (requireEvent(event).capture != null) {
      throw new CudaException(
          "event %d was recorded in a capture and cannot be waited for".formatted(event.handle()));
    }
  }

  /** A stream that waits for an event of a capture becomes part of it, as in CUDA. */
  @Override
  public void await(Event event, Stream stream) {
    requireStream(stream);
    Capture capture = requireEvent(event).capture;
    if (capture == null || !origins.containsKey(capture)) {
      return;
    }
    Capture own = streams.get(stream.handle());
    if (own != null && own != capture) {
      throw new CudaException("stream %d is part of another capture".formatted(stream.handle()));
    }
    streams.put(stream.handle(), capture);
  }

  @Override
  public void beginCapture(Stream stream) {
    requireStream(stream);
    if (stream.equals(Stream.DEFAULT)) {
      throw new CudaException("the default stream cannot be captured");
    }
    if (streams.get(stream.handle()) != null) {
      throw new CudaException("stream %d is capturing already".formatted(stream.handle()));
    }
    Capture capture = new Capture();
    streams.put(stream.handle(), capture);
    origins.put(capture, stream.handle());
  }

  @Override
  public Graph endCapture(Stream stream) {
    requireStream(stream);
    Capture capture = streams.get(stream.handle());
    if (capture == null || !Long.valueOf(stream.handle()).equals(origins.get(capture))) {
      throw new CudaException("stream %d has begun no capture".formatted(stream.handle()));
    }
    origins.remove(capture);
    streams.replaceAll((handle, own) -> own == capture ? null : own);
    Graph graph = new Graph(newHandle());
    graphs.put(graph.handle(), capture.work());
    return graph;
  }

  @Override
  public void launch(Graph graph, Stream stream) {
    List<Runnable> work = require(graphs, graph.handle(), "graph %d".formatted(graph.handle()));
    submit(stream, () -> work.forEach(Runnable::run));
  }

  @Override
  public void destroy(Graph graph) {
    require(graphs, graph.handle(), "graph %d".formatted(graph.handle()));
    graphs.remove(graph.handle());
  }

  @Override
  public void close() {
    closed = true;
    modules.clear();
    kernels.clear();
    graphs.clear();
  }
}
