package io.loxodrome.ops.cuda;

import io.loxodrome.cuda.AdamNumbers;
import io.loxodrome.cuda.Elementwise;
import io.loxodrome.cuda.FusedOptimizer;
import io.loxodrome.cuda.HostTransfers;
import io.loxodrome.cuda.MetricFactors;
import io.loxodrome.cuda.MetricNorm;
import io.loxodrome.cuda.MetricShape;
import io.loxodrome.cuda.MetricSolve;
import io.loxodrome.cuda.SgdNumbers;
import io.loxodrome.cuda.Storage;
import io.loxodrome.cuda.WeightShape;
import io.loxodrome.manifold.Gram;
import io.loxodrome.ops.AdamStep;
import io.loxodrome.ops.SgdStep;
import io.loxodrome.ops.UpdateOperators;
import io.loxodrome.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;

/** The metric, and the optimisers' steps in one pass over memory. */
final class CudaUpdate implements UpdateOperators, AutoCloseable {
  private final CudaResources resources;
  private final HostTransfers transfers;
  private final MetricSolve solve;
  private final MetricNorm norm;
  private final FusedOptimizer optimizer;
  private final WeightMixing mixing;
  private final Elementwise elementwise;
  private final IdentityHashMap<Gram, MetricFactors> factors = new IdentityHashMap<>();

  CudaUpdate(CudaResources resources, HostTransfers transfers) {
    this.resources = resources;
    this.transfers = transfers;
    this.solve = new MetricSolve(resources.kernels());
    this.norm = new MetricNorm(resources.kernels());
    this.optimizer = new FusedOptimizer(resources.kernels());
    this.mixing = new WeightMixing(resources);
    this.elementwise = new Elementwise(resources.kernels());
  }

  /** Kept as long as the device: a network has few metrics, and they are small. */
  private MetricFactors factors(Gram gram) {
    return factors.computeIfAbsent(gram, this::upload);
  }

  private MetricFactors upload(Gram gram) {
    resources.memory().requireNotRecording("a new metric came");
    return MetricFactors.of(resources.driver(), gram);
  }

  private static MetricShape shape(Tensor basis) {
    return MetricShape.of(basis.shape().rowSize());
  }

  @Override
  public void solve(Gram gram, Tensor gradient) {
    solve.solve(
        factors(gram),
        shape(gradient),
        CudaMemory.target(gradient),
        Storage.FLOAT32,
        resources.stream());
  }

  @Override
  public double squaredNorm(Gram gram, Tensor gradient) {
    resources.memory().requireNotRecording("a gradient's length was asked for");
    MetricFactors metric = factors(gram);
    MetricShape shape = shape(gradient);
    try (Scratch workspace =
            resources.memory().scratch(norm.workspaceBytes(metric, shape, Storage.FLOAT32));
        Scratch total = resources.memory().scratch(Double.BYTES)) {
      norm.squaredNorm(
          metric,
          shape,
          CudaMemory.source(gradient),
          Storage.FLOAT32,
          workspace.address(),
          total.address(),
          resources.stream());
      ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.nativeOrder());
      transfers.read(total.address(), bytes);
      return bytes.getDouble(0);
    }
  }

  /** C P is a mixture of n examples, the rows of C. */
  @Override
  public void addProduct(Tensor gradient, double factor, Tensor c, Tensor basis) {
    if (basis.size() == 0) {
      return;
    }
    int n = c.shape().dimension(0);
    WeightShape shape = new WeightShape(n, n, basis.shape().rowSize());
    long bytes = basis.size() * Float.BYTES;
    long step = n * shape.length() * Float.BYTES;
    long points = CudaMemory.source(basis);
    try (Scratch product = resources.memory().scratch(bytes)) {
      for (long block = 0; block < bytes; block += step) {
        mixing.mix(shape, CudaMemory.source(c), points + block, product.address() + block);
      }
      elementwise.addScaled(
          CudaMemory.target(gradient),
          factor,
          product.address(),
          gradient.size(),
          resources.stream());
    }
  }

  @Override
  public void sgd(SgdStep step, Gram gram, Tensor basis, Tensor gradient, Tensor velocity) {
    optimizer.sgd(
        numbers(step),
        factors(gram),
        shape(basis),
        CudaMemory.target(basis),
        CudaMemory.target(gradient),
        Storage.FLOAT32,
        CudaMemory.target(velocity),
        resources.stream());
  }

  private static SgdNumbers numbers(SgdStep step) {
    SgdNumbers.Rule rule =
        switch (step.rule()) {
          case HEAVY_BALL -> SgdNumbers.Rule.HEAVY_BALL;
          case NESTEROV -> SgdNumbers.Rule.NESTEROV;
        };
    return new SgdNumbers(step.learningRate(), step.momentum(), rule, step.decay(), step.scale());
  }

  @Override
  public void adam(
      AdamStep step, Gram gram, Tensor basis, Tensor gradient, Tensor first, Tensor second) {
    MetricFactors metric = factors(gram);
    MetricShape shape = shape(basis);
    long p = CudaMemory.target(basis);
    long g = CudaMemory.target(gradient);
    long m = CudaMemory.target(first);
    long u = CudaMemory.target(second);
    AdamNumbers numbers = numbers(step);
    switch (step.form()) {
      case PAPER ->
          optimizer.adam(numbers, metric, shape, p, g, Storage.FLOAT32, m, u, resources.stream());
      case WHITENED ->
          optimizer.whitenedAdam(
              numbers, metric, shape, p, g, Storage.FLOAT32, m, u, resources.stream());
    }
  }

  private static AdamNumbers numbers(AdamStep step) {
    return new AdamNumbers(
        step.learningRate(),
        step.beta1(),
        step.beta2(),
        step.epsilon(),
        step.decay(),
        step.scale(),
        step.count());
  }

  @Override
  public void close() {
    factors.values().forEach(MetricFactors::close);
    factors.clear();
  }
}
