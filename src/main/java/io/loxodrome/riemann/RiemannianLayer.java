package io.loxodrome.riemann;

import io.loxodrome.autograd.GradientTargets;
import io.loxodrome.autograd.ParameterFactor;
import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import io.loxodrome.nn.Conditioning;
import io.loxodrome.nn.Layer;
import io.loxodrome.nn.Parameter;
import io.loxodrome.ops.Shapes;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer of a user's module, B x inputs to B x outputs, to stand among others and be trained by
 * any optimiser: its gradient is the sum of its rows.
 *
 * <p>Tensors are copied to the host and back, whatever the device.
 */
public final class RiemannianLayer implements Layer {
  private final String name;
  private final RiemannianModule module;
  private final Parameter theta;

  /**
   * A layer over given parameters, which it may share with other layers.
   *
   * @param name for messages
   * @param theta n x p
   * @throws IllegalArgumentException if the module has an extent below 1 or theta another shape
   */
  public RiemannianLayer(String name, RiemannianModule module, Parameter theta) {
    Check.atLeastOne("inputs of " + name, module.inputs());
    Check.atLeastOne("outputs of " + name, module.outputs());
    Check.atLeastOne("parameters of " + name, module.parameters());
    int points = theta.manifold().basisSize();
    Shapes.require(theta.name(), theta.basis(), Shape.of(points, module.parameters()));
    this.name = name;
    this.module = module;
    this.theta = theta;
  }

  @Override
  public Variable forward(Tape tape, Variable input, Conditioning conditioning) {
    int batch = conditioning.batch();
    Shapes.require("input of " + name, input.value(), Shape.of(batch, module.inputs()));
    Tensor a = conditioning.coefficients(theta.manifold());
    Use use = new Use(tape, input.value(), a);
    Tensor output = tape.allocate(Shape.of(batch, module.outputs()));
    use.forward(output);
    return tape.record(name, output, List.of(input, theta.variable()), use::propagate, use);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(theta);
  }

  /** Writes the result for example number {@code i}. */
  @FunctionalInterface
  private interface Example {
    void compute(int i, double[] result);
  }

  /** One use of the layer: what each example gave to it and saw of it. */
  private final class Use implements ParameterFactor {
    private final Tape tape;
    private final Tensor coefficients;
    private final double[] seen;
    private final double[] inputs;

    Use(Tape tape, Tensor input, Tensor coefficients) {
      this.tape = tape;
      this.coefficients = coefficients;
      this.inputs = input.toDoubles();
      int batch = coefficients.shape().dimension(0);
      try (Tensor mixed = tape.device().allocate(Shape.of(batch, module.parameters()))) {
        tape.operators().mixing().mix(coefficients, theta.basis(), mixed);
        this.seen = mixed.toDoubles();
      }
    }

    void forward(Tensor output) {
      write(output, module.outputs(), (i, y) -> module.forward(seen(i), input(i), y));
    }

    private double[] seen(int i) {
      return row(seen, i, module.parameters());
    }

    private double[] input(int i) {
      return row(inputs, i, module.inputs());
    }

    private static double[] row(double[] rows, int index, int length) {
      return Arrays.copyOfRange(rows, index * length, (index + 1) * length);
    }

    /** Writes {@code length} numbers for each example. */
    private static void write(Tensor results, int length, Example example) {
      double[] all = new double[Math.toIntExact(results.size())];
      double[] result = new double[length];
      for (int i = 0; i < all.length / length; i++) {
        example.compute(i, result);
        System.arraycopy(result, 0, all, i * length, length);
      }
      results.write(all);
    }

    void propagate(Tensor outputGradient, GradientTargets targets) {
      @Nullable Tensor inputGradient = targets.wanted(0);
      if (inputGradient != null) {
        double[] u = outputGradient.toDoubles();
        write(
            inputGradient,
            module.inputs(),
            (i, v) -> module.pullBack(seen(i), input(i), row(u, i, module.outputs()), v));
      }
      @Nullable Tensor gradient = targets.wanted(1);
      if (gradient != null) {
        int batch = coefficients.shape().dimension(0);
        try (Tensor rows = tape.device().allocate(Shape.of(batch, module.parameters()))) {
          pullBack(outputGradient, List.of(rows));
          tape.operators().mixing().mixBackward(coefficients, rows, gradient);
        }
      }
    }

    @Override
    public List<Variable> parameters() {
      return List.of(theta.variable());
    }

    @Override
    public Tensor coefficients() {
      return coefficients;
    }

    @Override
    public void pullBack(Tensor cotangent, List<Tensor> rows) {
      double[] u = cotangent.toDoubles();
      write(
          rows.get(0),
          module.parameters(),
          (i, row) -> module.parameterRow(seen(i), input(i), row(u, i, module.outputs()), row));
    }
  }
}
