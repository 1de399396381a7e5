package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.CudaException;
import io.loxodrome.cuda.Driver;
import io.loxodrome.cuda.FreeList;
import io.loxodrome.cuda.Graph;
import io.loxodrome.cuda.Stream;
import io.loxodrome.ops.Recording;
import io.loxodrome.ops.Rounds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A recording whose parts become CUDA graphs.
 *
 * <p>The first round does the work call by call, so that libraries choose their algorithms and
 * layers their plans, modules are loaded and whatever lives on is allocated; the second notes the
 * calls down, and from then on each part is one launch.
 */
final class CudaRecording implements Recording {
  private final List<Runnable> parts;
  private final Driver driver;
  private final Stream stream;
  private final DeviceMemory memory;
  private final FreeList arena;
  private final List<Graph> graphs = new ArrayList<>();
  private final List<Set<CudaMemory>> written = new ArrayList<>();
  private final Rounds rounds;
  private boolean closed;

  CudaRecording(CudaResources resources, List<Runnable> parts) {
    this.parts = List.copyOf(parts);
    this.driver = resources.driver();
    this.stream = resources.stream();
    this.memory = resources.memory();
    this.rounds = new Rounds(this.parts.size());
    this.arena = memory.newArena();
  }

  @Override
  public void run(int index) {
    rounds.run(index, round -> run(index, round));
  }

  private void run(int index, long round) {
    memory.requireOpen();
    memory.requireNotRecording("a recording was run");
    if (round == 0) {
      memory.rehearse(parts.get(index));
      return;
    }
    if (round == 1) {
      graphs.add(capture(parts.get(index)));
    }
    written.get(index).forEach(CudaMemory::forget);
    driver.launch(graphs.get(index), stream);
  }

  private Graph capture(Runnable part) {
    Set<CudaMemory> targets = new HashSet<>();
    driver.beginCapture(stream);
    try {
      memory.noteDown(part, arena, targets::add);
    } catch (RuntimeException e) {
      abandon(e);
      throw e;
    }
    written.add(targets);
    return driver.endCapture(stream);
  }

  /** Ends a capture that nobody wants any more; CUDA may have spoilt it already. */
  private void abandon(RuntimeException failure) {
    try {
      driver.destroy(driver.endCapture(stream));
    } catch (CudaException e) {
      failure.addSuppressed(e);
    }
  }

  /** Waits for what is still running. */
  @Override
  public void close() {
    if (closed || !memory.isOpen()) {
      return;
    }
    closed = true;
    rounds.close();
    driver.synchronize(stream);
    graphs.forEach(driver::destroy);
    memory.discard(arena);
  }
}
