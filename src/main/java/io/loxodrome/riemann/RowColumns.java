package io.loxodrome.riemann;

import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.ElementwiseOperators;
import io.loxodrome.ops.MetricOperators;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Columns in full: for each parameter and probe a tensor of B rows. */
final class RowColumns implements Columns {
  private final Device device;
  private final double scale;
  private final Map<Variable, Tensor[]> rows = new LinkedHashMap<>();

  RowColumns(Device device, List<Parameter> parameters, int batch, int probes) {
    this.device = device;
    this.scale = 1 / Math.sqrt(batch);
    parameters.forEach(parameter -> rows.put(parameter.variable(), new Tensor[probes]));
  }

  private static Shape shape(Variable parameter, int batch) {
    return Shape.of(batch, Math.toIntExact(parameter.value().shape().rowSize()));
  }

  private Tensor[] of(Variable parameter) {
    return Objects.requireNonNull(rows.get(parameter), parameter::toString);
  }

  @Override
  public void add(int probe, ParameterFactor factor, Tensor cotangent) {
    int batch = cotangent.shape().dimension(0);
    List<Tensor> fresh = new ArrayList<>();
    for (Variable parameter : factor.parameters()) {
      fresh.add(device.allocate(shape(parameter, batch)));
    }
    factor.pullBack(cotangent, fresh);
    for (int j = 0; j < fresh.size(); j++) {
      Tensor[] kept = of(factor.parameters().get(j));
      if (kept[probe] == null) {
        kept[probe] = fresh.get(j);
      } else {
        elementwise().addScaled(kept[probe], 1, fresh.get(j));
        fresh.get(j).close();
      }
    }
  }

  /** Basis points as rows, n x p. */
  private static Tensor flat(Tensor points) {
    Shape shape = points.shape();
    return points.reshape(Shape.of(shape.dimension(0), Math.toIntExact(shape.rowSize())));
  }

  private ElementwiseOperators elementwise() {
    return device.operators().elementwise();
  }

  private MetricOperators metric() {
    return device.operators().metric();
  }

  @Override
  public void complete(int batch) {
    rows.forEach(
        (parameter, kept) -> {
          for (int probe = 0; probe < kept.length; probe++) {
            if (kept[probe] == null) {
              kept[probe] = device.zeros(shape(parameter, batch));
            }
          }
        });
  }

  @Override
  public void addGram(Tensor gram) {
    rows.values().forEach(kept -> metric().addGram(List.of(kept), scale * scale, gram));
  }

  /**
   * T += sum of (b (x) r) (b (x) r)^T over all columns r and their example's b.
   *
   * @param coefficients b, B x n
   * @param matrix T, as large as n times the parameters, of a type that the device takes for it
   */
  void addOuter(Tensor coefficients, Tensor matrix) {
    int probes = rows.values().iterator().next().length;
    for (int probe = 0; probe < probes; probe++) {
      int of = probe;
      List<Tensor> each = rows.values().stream().map(kept -> kept[of]).toList();
      metric().addOuter(coefficients, each, matrix);
    }
  }

  @Override
  public void project(Tensor coefficients, List<Tensor> vectors, Tensor projections) {
    try (Tensor part = device.allocate(projections.shape())) {
      int at = 0;
      for (Tensor[] kept : rows.values()) {
        Tensor target = at == 0 ? projections : part;
        metric().project(coefficients, List.of(kept), scale, flat(vectors.get(at)), target);
        if (at > 0) {
          elementwise().addScaled(projections, 1, part);
        }
        at++;
      }
    }
  }

  @Override
  public void subtractCombination(
      Tensor weights, Tensor coefficients, List<Parameter> parameters, List<Tensor> from) {
    int at = 0;
    for (Tensor[] kept : rows.values()) {
      Tensor target = from.get(at++);
      try (Tensor combination = device.allocate(target.shape())) {
        metric().combine(weights, coefficients, List.of(kept), scale, flat(combination));
        elementwise().addScaled(target, -1, combination);
      }
    }
  }

  @Override
  public void close() {
    for (Tensor[] kept : rows.values()) {
      for (Tensor tensor : kept) {
        if (tensor != null) {
          tensor.close();
        }
      }
    }
  }
}
