package io.loxodrome.ops.cpu;

import io.loxodrome.ops.CheckedOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.OperatorSet;
import io.loxodrome.ops.Operators;
import io.loxodrome.ops.PlanChoice;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;

/** The processor's cores with oneDNN, single precision. */
final class CpuDevice implements Device {
  private final String name;
  private final PlanChoice plans;
  private final NativePool pool = new NativePool();
  private final HeapPool heap = new HeapPool();
  private final Workers workers;
  private final Operators operators;
  private boolean closed;

  CpuDevice(String name, int cores, PlanChoice plans) {
    this.name = name;
    this.plans = plans;
    workers = new Workers(cores, pool);
    operators = CheckedOperators.over(this, this::owns, kernels());
  }

  private Operators kernels() {
    return new OperatorSet(
        new CpuMixing(workers),
        new CpuLinear(this, pool, workers, plans),
        new CpuConvolution(this, pool, heap, workers, plans),
        new CpuPooling(workers),
        new CpuNormalization(workers),
        new CpuElementwise(workers),
        new CpuLoss(workers),
        new CpuUpdate(workers),
        new CpuMetric(pool, workers),
        new CpuImage(workers));
  }

  private boolean owns(Memory memory) {
    pool.requireOpen();
    return memory instanceof NativeMemory own && own.isOf(pool);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    int cores = workers.count();
    return "%s, %d %s".formatted(OneDnn.description(), cores, cores == 1 ? "core" : "cores");
  }

  @Override
  public ElementType realType() {
    return ElementType.FLOAT32;
  }

  @Override
  public Tensor allocate(ElementType type, Shape shape) {
    long bytes = Math.multiplyExact(shape.size(), type.bytes());
    return Tensor.over(NativeMemory.take(pool, bytes), type, shape);
  }

  @Override
  public Operators operators() {
    pool.requireOpen();
    return operators;
  }

  @Override
  public long bytesInUse() {
    return pool.bytesInUse() + heap.bytesInUse();
  }

  @Override
  public long peakBytes() {
    return pool.peakBytes() + heap.peakBytes();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      workers.close();
      pool.close();
    }
  }
}
