package io.loxodrome.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loxodrome.ops.Activation;
import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.ConvolutionOperators;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.ops.Mixture;
import io.loxodrome.ops.MixtureGradients;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnRowsTest {
  private static final int BATCH = 3;
  private static final int POINTS = 2;

  /** Of whole vectors of channels, so that oneDNN's layout takes no more room. */
  private static final Convolution LAYER =
      Convolution.same(16, 32, 5, 5, 3).activated(Activation.RELU);

  private final Random random = new Random(11);

  private Tensor normals(Device device, Shape shape) {
    double[] values = random.doubles(shape.size(), -1, 1).toArray();
    return device.allocate(shape).write(values);
  }

  /** Columns as a convolution leaves them. */
  private List<Tensor> columns(Device device, int probes) {
    ConvolutionOperators operators = device.operators().convolution();
    List<Tensor> columns = new ArrayList<>();
    try (Tensor a = normals(device, Shape.of(BATCH, 1));
        Tensor p = normals(device, LAYER.weightShape().under(1));
        Tensor b = normals(device, LAYER.biasShape().under(1));
        Tensor x = normals(device, LAYER.inputShape(BATCH));
        Tensor y = device.allocate(LAYER.outputShape(BATCH));
        Tensor trace = operators.allocateTrace(LAYER, BATCH);
        Tensor bias = device.allocate(LAYER.biasShape().under(BATCH))) {
      Mixture mixture = new Mixture(a, p, b);
      operators.forward(LAYER, mixture, x, y, trace);
      for (int probe = 0; probe < probes; probe++) {
        Tensor weights = device.allocate(LAYER.weightShape().under(BATCH));
        try (Tensor u = normals(device, LAYER.outputShape(BATCH))) {
          operators.exampleGradients(
              LAYER, mixture, x, y, trace, u, new MixtureGradients(weights, bias));
        }
        columns.add(weights);
      }
    }
    return columns;
  }

  /** S, K^T v and K w, one after another. */
  private double[] results(Device device, List<Tensor> rows, Tensor a, Tensor v, Tensor w) {
    MetricOperators metric = device.operators().metric();
    int size = rows.size() * BATCH;
    try (Tensor gram = device.zeros(Shape.of(size, size));
        Tensor projections = device.allocate(Shape.of(size));
        Tensor combination = device.allocate(v.shape())) {
      metric.addGram(rows, 0.5, gram);
      metric.project(a, rows, 0.5, v, projections);
      metric.combine(w, a, rows, 0.5, combination);
      List<Double> all = new ArrayList<>();
      for (Tensor each : List.of(gram, projections, combination)) {
        for (double value : each.toDoubles()) {
          all.add(value);
        }
      }
      return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  @Test
  void columnsInTheLibrarysLayoutCountLikeRowMajorOnes() {
    try (Device device = Device.open("cpu")) {
      List<Tensor> rows = columns(device, 2);
      try (Tensor a = normals(device, Shape.of(BATCH, POINTS));
          Tensor v = normals(device, LAYER.weightShape().under(POINTS));
          Tensor w = normals(device, Shape.of(rows.size() * BATCH))) {
        assertThat(rows).allMatch(each -> NativeMemory.arrangement(each) != null);
        double[] left = results(device, rows, a, v, w);
        assertThat(rows).allMatch(each -> NativeMemory.arrangement(each) != null);
        rows.get(0).toDoubles();
        assertThat(NativeMemory.arrangement(rows.get(0))).isNull();
        double[] straight = results(device, rows, a, v, w);
        assertThat(NativeMemory.arrangement(rows.get(1))).isNull();
        assertThat(left).containsExactly(straight, within(1e-2));
      }
      rows.forEach(Tensor::close);
    }
  }
}
