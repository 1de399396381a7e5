package io.loxodrome.ops.cpu;

import io.loxodrome.ops.MixtureRows;
import io.loxodrome.ops.cpu.Description.Epilogue;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers by {@link io.loxodrome.ops.MixPlan#SHARED}: W once for each distinct row of
 * coefficients, then one product with all examples that have it.
 *
 * <p>If all have the same, W is mixed in one piece and nothing is gathered; if moreover there is
 * one basis point with coefficient 1, that is W, and the layer costs its plain products.
 */
final class SharedLinear implements LinearWay {
  private final NativePool pool;
  private final Workers workers;

  SharedLinear(NativePool pool, Workers workers) {
    this.pool = pool;
    this.workers = workers;
  }

  @Override
  public void addOutputs(LinearCall call, NativeBlock x, NativeBlock z) {
    List<MixtureRows.Group> groups = call.rows().byRow();
    if (groups.size() == 1) {
      addOutputsOfOne(call, x, z);
      return;
    }
    Expansion order = Expansion.byGroup(groups, call.batch());
    try (CoefficientTable mixtures = mixtures(call, groups);
        Workspace inputs = order.matrix(pool, call.inputs());
        Workspace results = order.matrix(pool, call.outputs())) {
      order.repeat(workers, x, call.inputs(), inputs.block());
      products(call, order, mixtures).outputs(inputs.address(), results.address(), Epilogue.NONE);
      order.contract(workers, results.block(), call.outputs(), z, Epilogue.ACCUMULATE);
    }
  }

  private MixedProducts products(LinearCall call, Expansion order, CoefficientTable mixtures) {
    return new MixedProducts(pool, workers, call, order, mixtures.address());
  }

  /** The distinct rows of coefficients. */
  private CoefficientTable mixtures(LinearCall call, List<MixtureRows.Group> groups) {
    List<Integer> firsts = groups.stream().map(group -> group.examples().get(0)).toList();
    List<Integer> basisPoints = IntStream.range(0, call.basisSize()).boxed().toList();
    return new CoefficientTable(pool, call.rows(), firsts, basisPoints);
  }

  @Override
  public void gradients(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    List<MixtureRows.Group> groups = call.rows().byRow();
    if (groups.size() == 1) {
      gradientsOfOne(call, x, e, dx, dp);
      return;
    }
    Expansion order = Expansion.byGroup(groups, call.batch());
    try (CoefficientTable mixtures = mixtures(call, groups);
        Workspace inputs = order.matrix(pool, call.inputs());
        Workspace gradients = order.matrix(pool, call.outputs())) {
      order.repeat(workers, x, call.inputs(), inputs.block());
      order.repeat(workers, e, call.outputs(), gradients.block());
      MixedProducts products = products(call, order, mixtures);
      if (dp != null) {
        products.weightGradient(gradients.address(), inputs.address(), dp.address());
      }
      if (dx != null) {
        products.inputGradient(gradients.address(), order.rows(), inputs.block());
        order.contract(workers, inputs.block(), call.inputs(), dx, Epilogue.NONE);
      }
    }
  }

  private LinearProducts plainProducts(LinearCall call) {
    return new LinearProducts(workers, call.batch(), call.inputs(), call.outputs());
  }

  private static boolean isPlain(LinearCall call) {
    return call.basisSize() == 1 && call.rows().coefficient(0, 0) == 1;
  }

  private void addOutputsOfOne(LinearCall call, NativeBlock x, NativeBlock z) {
    try (Workspace mixed = mixed(call)) {
      plainProducts(call)
          .outputs(x.address(), weights(call, mixed), z.address(), Epilogue.ACCUMULATE);
    }
  }

  /** W of all examples; nothing if it is a basis point. */
  private Workspace mixed(LinearCall call) {
    if (isPlain(call)) {
      return new Workspace(pool, 0);
    }
    Workspace mixed = new Workspace(pool, call.basisPointBytes());
    Product.mixture(1, call.basisSize(), call.weights())
        .runByColumns(workers, call.coefficients(), call.basis(), mixed.address());
    return mixed;
  }

  private static long weights(LinearCall call, Workspace mixed) {
    return isPlain(call) ? call.basis() : mixed.address();
  }

  private void gradientsOfOne(
      LinearCall call,
      NativeBlock x,
      NativeBlock e,
      @Nullable NativeBlock dx,
      @Nullable NativeBlock dp) {
    if (dx != null) {
      try (Workspace mixed = mixed(call)) {
        plainProducts(call)
            .inputGradient(e.address(), weights(call, mixed), dx.address(), Epilogue.NONE);
      }
    }
    if (dp == null) {
      return;
    }
    if (isPlain(call)) {
      plainProducts(call).weightGradient(e.address(), x.address(), dp.address());
    } else {
      try (Workspace gradient = new Workspace(pool, call.basisPointBytes())) {
        plainProducts(call).weightGradient(e.address(), x.address(), gradient.address());
        spread(call, gradient.address(), dp.address());
      }
    }
  }

  /** dP_k = a_k dW. */
  private void spread(LinearCall call, long gradient, long dp) {
    Product.spread(1, call.basisSize(), call.weights(), Epilogue.NONE)
        .runByColumns(workers, call.coefficients(), gradient, dp);
  }
}
