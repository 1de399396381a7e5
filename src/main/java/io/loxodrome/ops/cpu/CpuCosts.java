package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;

/** What a layer costs on this device by each plan, as far as arithmetic and traffic tell. */
final class CpuCosts {
  private CpuCosts() {}

  /**
   * Forward and backward: the convolution of each of y, dx and dW for an example, and what a plan
   * adds. P and dP are streamed once.
   */
  static double convolution(MixWork<Convolution> work, MixPlan plan) {
    Convolution layer = work.layer();
    double n = work.basisSize();
    double batch = work.batch();
    double weights = layer.weightShape().size();
    double positions = (double) layer.convolvedHeight() * layer.convolvedWidth();
    double input = layer.inputShape(1).size();
    double output = layer.outputs() * positions;
    double convolved = 3 * weights * positions;
    Price price = Price.NOTHING.streamed(3 * n * weights);
    Price total =
        switch (plan) {
          // n I O L an example; n O L written, mixed, expanded and read.
          case OUTPUTS ->
              price.multiplied(n * convolved * batch).cached(4 * n * output * batch).phases(6);
          // n I O L an example; n I L written and read, in y, dx and dW.
          case INPUTS ->
              price.multiplied(n * convolved * batch).cached(6 * n * input * batch).phases(6);
          // The support for n, to mix forward, to mix backward and to spread.
          case WEIGHTS ->
              price.multiplied(convolved * batch).cached(3 * (n + 1) * weights * batch).phases(8);
          // As OUTPUTS with the support for n.
          case SPANS ->
              price
                  .multiplied(work.support() * convolved * batch)
                  .cached(4 * work.support() * output * batch)
                  .phases(12);
          // As WEIGHTS for each distinct row.
          case SHARED ->
              price
                  .multiplied(convolved * batch)
                  .mixed(3 * (work.support() + 1) * weights * work.distinct())
                  .phases(8);
        };
    return total.milliseconds();
  }

  /**
   * Forward and backward: the product of each of Y, dX and dP, which reads or writes all n basis
   * points, and what a plan adds.
   */
  static double linear(MixWork<Linear> work, MixPlan plan) {
    double n = work.basisSize();
    double batch = work.batch();
    double inputs = work.layer().inputs();
    double outputs = work.layer().outputs();
    double weights = inputs * outputs;
    double distinct = work.distinct();
    Price products = Price.NOTHING.streamed(3 * n * weights);
    Price price =
        switch (plan) {
          // n I O an example; n O expanded, written and read, both ways.
          case OUTPUTS ->
              products
                  .multiplied(3 * n * weights * batch)
                  .cached(4 * n * outputs * batch)
                  .phases(3);
          // n I O an example; n scaled inputs twice and n scaled gradients, each written and read.
          case INPUTS ->
              products
                  .multiplied(3 * n * weights * batch)
                  .cached(2 * n * (2 * inputs + outputs) * batch)
                  .phases(6 * n);
          // n I O to mix and I O to apply, both ways, which is traffic with the cache: I O written
          // and read an example; dP as in OUTPUTS.
          case WEIGHTS ->
              products
                  .multiplied((3 * n + 2) * weights * batch)
                  .cached(4 * weights * batch)
                  .phases(4);
          // As OUTPUTS with the support for n; gathered inputs and gradients, written and read.
          case SPANS ->
              products
                  .multiplied(3 * work.support() * weights * batch)
                  .cached(4 * work.support() * (inputs + outputs) * batch)
                  .phases(7);
          // I O an example; for each distinct row n I O to mix, and W written and read, three
          // times.
          case SHARED ->
              products
                  .multiplied(3 * weights * batch)
                  .multiplied(n == 1 && distinct == 1 ? 0 : 3 * n * weights * distinct)
                  .cached(n == 1 && distinct == 1 ? 0 : 6 * weights * distinct)
                  .cached(distinct == 1 ? 0 : 4 * (inputs + outputs) * batch)
                  .phases(distinct == 1 ? 3 : 7);
        };
    return price.milliseconds();
  }

  /**
   * What work comes to.
   *
   * @param milliseconds on all cores
   */
  private record Price(double milliseconds) {
    static final Price NOTHING = new Price(0);

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Multiply-adds of a core in a millisecond, in products large enough for it. */
    private static final double MULTIPLIED = 4e7;

    /** Floats that a core moves in a millisecond to or from its second-level cache. */
    private static final double CACHED = 3e6;

    /** Floats that a core mixes in a millisecond, in vectors in the heap. */
    private static final double MIXED = 1e7;

    /** Floats that all cores together move in a millisecond to or from memory. */
    private static final double STREAMED = 4e6;

    /** Milliseconds until all cores have begun and ended a piece of work. */
    private static final double PHASE = 0.02;

    private Price plus(double more) {
      return new Price(milliseconds + more);
    }

    Price multiplied(double multiplyAdds) {
      return plus(multiplyAdds / (MULTIPLIED * CORES));
    }

    Price mixed(double floats) {
      return plus(floats / (MIXED * CORES));
    }

    Price cached(double floats) {
      return plus(floats / (CACHED * CORES));
    }

    Price streamed(double floats) {
      return plus(floats / STREAMED);
    }

    Price phases(double count) {
      return plus(count * PHASE);
    }
  }
}
