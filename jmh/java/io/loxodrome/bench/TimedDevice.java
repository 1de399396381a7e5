package io.loxodrome.bench;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Device;
import io.loxodrome.ops.LayerNormalization;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.OperatorSet;
import io.loxodrome.ops.Operators;
import io.loxodrome.tensor.ElementType;
import io.loxodrome.tensor.Shape;
import io.loxodrome.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device that notes how long each call of an operator takes until it returns. */
final class TimedDevice implements Device {
  private final Device device;
  private final Operators operators;
  private final List<Call> calls = new ArrayList<>();

  /**
   * One call.
   *
   * @param operator its name, with the layer if it has one
   * @param work the least there is to do, null where that is next to nothing
   * @param nanoseconds until it returned
   */
  record Call(String operator, @Nullable Work work, long nanoseconds) {}

  TimedDevice(Device device) {
    this.device = device;
    Operators all = device.operators();
    this.operators =
        new OperatorSet(
            timed(all.mixing()),
            timed(all.linear()),
            timed(all.convolution()),
            timed(all.pooling()),
            timed(all.normalization()),
            timed(all.elementwise()),
            timed(all.loss()),
            timed(all.update()),
            timed(all.metric()),
            timed(all.image()));
  }

  /** The calls since the last look. */
  List<Call> take() {
    List<Call> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  /** The same operators; {@code family} is one of the interfaces of {@link Operators}. */
  @SuppressWarnings("unchecked") // the proxy is of the interface whose type the caller has
  private <T> T timed(T family) {
    Class<?> type =
        Arrays.stream(Operators.class.getMethods())
            .map(Method::getReturnType)
            .filter(candidate -> candidate.isInstance(family))
            .findFirst()
            .orElseThrow();
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(family, method, arguments));
  }

  private Object call(Object family, Method method, Object[] arguments) throws Throwable {
    long start = System.nanoTime();
    Object result;
    try {
      result = method.invoke(family, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    long end = System.nanoTime();
    calls.add(new Call(name(method, arguments), work(method, arguments), end - start));
    return result;
  }

  private static String name(Method method, Object[] arguments) {
    String name = method.getName();
    if (method.getParameterCount() == 0) {
      return name;
    }
    if (arguments[0] instanceof Convolution layer) {
      return "convolution %d to %d, %s".formatted(layer.inputs(), layer.outputs(), name);
    }
    if (arguments[0] instanceof Linear layer) {
      return "linear %d to %d, %s".formatted(layer.inputs(), layer.outputs(), name);
    }
    if (arguments[0] instanceof LayerNormalization layer) {
      return "normalization of %d x %d, %s".formatted(layer.channels(), layer.positions(), name);
    }
    return name;
  }

  private static @Nullable Work work(Method method, Object[] arguments) {
    if (method.getName().equals("sgd")) {
      return StepWork.update(((Tensor) arguments[2]).shape());
    }
    return LayerWork.ofCall(method.getName(), arguments);
  }

  @Override
  public Operators operators() {
    return operators;
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public String description() {
    return device.description();
  }

  @Override
  public ElementType realType() {
    return device.realType();
  }

  @Override
  public Tensor allocate(ElementType type, Shape shape) {
    return device.allocate(type, shape);
  }

  @Override
  public long bytesInUse() {
    return device.bytesInUse();
  }

  @Override
  public long peakBytes() {
    return device.peakBytes();
  }

  @Override
  public void close() {
    device.close();
  }
}
