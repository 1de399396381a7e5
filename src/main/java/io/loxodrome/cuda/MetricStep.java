package io.loxodrome.cuda;

import java.util.List;

/**
 * What kernels do with a gradient once the metric has been applied to it.
 *
 * @param file where its kernels are
 * @param name what their names begin with
 * @param whitened whether it works between R^-T and R^-1 instead of behind G^-1
 * @param keepsColumns whether banded kernels need a column in shared memory
 * @param vector elements that a vector variant moves at once
 * @param operands the arrays besides the gradient, of its shape
 * @param parameters further arguments, in order
 */
record MetricStep(
    KernelFile file,
    String name,
    boolean whitened,
    boolean keepsColumns,
    int vector,
    List<Operand> operands,
    List<Parameter> parameters) {

  /**
   * An array.
   *
   * @param bytes per element
   */
  record Operand(String name, long address, int bytes) {
    boolean aligned(int vector) {
      return address % ((long) vector * bytes) == 0;
    }
  }

  /** A number that a kernel is given by value. */
  sealed interface Parameter {
    void addTo(Arguments arguments);
  }

  record Address(String name, long address, int alignment) implements Parameter {
    @Override
    public void addTo(Arguments arguments) {
      arguments.address(name, address, alignment);
    }
  }

  record Real(String name, double value) implements Parameter {
    @Override
    public void addTo(Arguments arguments) {
      arguments.float32(name, value);
    }
  }

  record Choice(String name, boolean value) implements Parameter {
    @Override
    public void addTo(Arguments arguments) {
      arguments.int32(name, value ? 1 : 0, 0, 1);
    }
  }

  boolean aligned() {
    return operands.stream().allMatch(operand -> operand.aligned(vector));
  }

  void addTo(Arguments arguments) {
    for (Operand operand : operands) {
      arguments.address(operand.name(), operand.address(), operand.bytes());
    }
    parameters.forEach(parameter -> parameter.addTo(arguments));
  }
}
