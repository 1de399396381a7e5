package io.loxodrome.ops.cuda;

import io.loxodrome.manifold.Gram;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Tensor;
import java.util.List;

/** The layerwise metric. */
final class CudaMetric implements MetricOperators {
  private static UnsupportedOperationException missing() {
    return new UnsupportedOperationException("the layerwise metric on a CUDA device");
  }

  @Override
  public List<ElementType> gramTypes() {
    return List.of(ElementType.FLOAT32);
  }

  @Override
  public void clear(Tensor gram) {
    throw missing();
  }

  @Override
  public void addGram(List<Tensor> rows, double factor, Tensor gram) {
    throw missing();
  }

  @Override
  public void addProducts(
      Tensor inputs, double constant, List<Tensor> columns, double factor, Tensor gram) {
    throw missing();
  }

  @Override
  public void mix(Tensor coefficients, Gram metric, Tensor gram) {
    throw missing();
  }

  @Override
  public void multiply(Tensor gram, Tensor values, Tensor products) {
    throw missing();
  }

  @Override
  public boolean factorize(Tensor gram, double damping, Tensor factor) {
    throw missing();
  }

  @Override
  public void solve(Tensor factor, Tensor values) {
    throw missing();
  }

  @Override
  public void project(
      Tensor coefficients, List<Tensor> rows, double factor, Tensor vectors, Tensor projections) {
    throw missing();
  }

  @Override
  public void combine(
      Tensor weights, Tensor coefficients, List<Tensor> rows, double factor, Tensor combination) {
    throw missing();
  }

  @Override
  public void projectEach(List<Tensor> columns, double factor, Tensor outputs, Tensor projections) {
    throw missing();
  }

  @Override
  public void combineEach(
      Tensor weights, List<Tensor> columns, double factor, Tensor combinations) {
    throw missing();
  }
}
