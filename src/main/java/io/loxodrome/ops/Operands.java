package io.loxodrome.ops;

import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Memory;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.util.function.Predicate;

/** What every operand must be: open, on this device, of the right element type and shape. */
final class Operands {
  private final Device device;
  private final Predicate<Memory> own;

  Operands(Device device, Predicate<Memory> own) {
    this.device = device;
    this.own = own;
  }

  void requireHere(String name, Tensor tensor) {
    if (!own.test(tensor.memory())) {
      throw new IllegalArgumentException(
          name + " (" + tensor + ") does not live on this device (" + device.name() + ")");
    }
  }

  void requireType(String name, Tensor tensor, ElementType type) {
    requireHere(name, tensor);
    if (tensor.type() != type) {
      throw new IllegalArgumentException(name + " is " + tensor + ", expected " + type);
    }
  }

  void require(String name, Tensor tensor, ElementType type, Shape shape) {
    requireType(name, tensor, type);
    Shapes.require(name, tensor, shape);
  }

  void requireReal(String name, Tensor tensor) {
    requireType(name, tensor, device.realType());
  }

  void requireReal(String name, Tensor tensor, Shape shape) {
    requireReal(name, tensor);
    Shapes.require(name, tensor, shape);
  }

  void requireParameters(Mixture parameters, Shape weightShape, Shape biasShape) {
    requireReal("coefficients", parameters.coefficients());
    requireReal("weights", parameters.weights());
    requireReal("bias", parameters.bias());
    parameters.requireShapes(weightShape, biasShape);
  }

  void requireGradients(MixtureGradients gradients, Mixture parameters) {
    requireReal("weight gradient", gradients.weights(), parameters.weights().shape());
    requireReal("bias gradient", gradients.bias(), parameters.bias().shape());
  }
}
