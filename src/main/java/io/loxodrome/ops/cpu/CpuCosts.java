package io.loxodrome.ops.cpu;

import io.loxodrome.ops.Convolution;
import io.loxodrome.ops.Linear;
import io.loxodrome.ops.MixPlan;
import io.loxodrome.ops.MixWork;

/** What a layer costs on this device by each plan, as far as arithmetic and traffic tell. */
final class CpuCosts {
  private CpuCosts() {}

  /**
   * Forward and backward: the convolution of each of y, dx and dP for O outputs at L positions, and
   * what a plan adds.
   */
  static double convolution(MixWork<Convolution> work, MixPlan plan) {
    Convolution layer = work.layer();
    double n = work.basisSize();
    double batch = work.batch();
    double inputs = (double) layer.inputs() * layer.height() * layer.width();
    double positions = (double) layer.convolvedHeight() * layer.convolvedWidth();
    double outputs = layer.outputs() * positions;
    double weights = layer.weightShape().size();
    double multiplyAdds = 3 * weights * positions * batch;
    Price price =
        switch (plan) {
          // n I O L an example; n O L written and read, also as gradients, and in oneDNN's layout.
          case OUTPUTS ->
              Price.NOTHING.convolved(n * multiplyAdds).cached(8 * n * outputs * batch).phases(9);
          // n I O L an example; n I L written and read, also as gradients, and in oneDNN's layout.
          case INPUTS ->
              Price.NOTHING.convolved(n * multiplyAdds).cached(8 * n * inputs * batch).phases(9);
          // I O L an example; the support for n, to mix both ways and to spread.
          case WEIGHTS ->
              Price.NOTHING
                  .convolved(multiplyAdds)
                  .mixed(3 * (work.support() + 1) * weights * batch)
                  .phases(7);
          // As OUTPUTS with the support for n; each of up to n groups has its own filter.
          case SPANS ->
              Price.NOTHING
                  .convolved(work.support() * multiplyAdds)
                  .cached(8 * work.support() * outputs * batch)
                  .phases(9 * Math.min(n, work.distinct()));
          // As WEIGHTS, mixed for each distinct row.
          case SHARED ->
              Price.NOTHING
                  .convolved(multiplyAdds)
                  .mixed(3 * (work.support() + 1) * weights * work.distinct())
                  .phases(7);
        };
    return price.milliseconds();
  }

  /**
   * Forward and backward: the product of each of Y, dX and dP, which reads or writes all n basis
   * points, the bias both ways, and what a plan adds.
   */
  static double linear(MixWork<Linear> work, MixPlan plan) {
    double n = work.basisSize();
    double batch = work.batch();
    double inputs = work.layer().inputs();
    double outputs = work.layer().outputs();
    double weights = inputs * outputs;
    double distinct = work.distinct();
    Price products = Price.NOTHING.streamed(3 * n * weights).phases(2);
    Price price =
        switch (plan) {
          // n I O an example; n O expanded, written and read, both ways.
          case OUTPUTS ->
              products
                  .multiplied(3 * n * weights * batch)
                  .cached(4 * n * outputs * batch)
                  .rows(2 * n * batch)
                  .phases(5);
          // n I O an example; n scaled inputs twice and n scaled gradients, each written and read.
          case INPUTS ->
              products
                  .multiplied(3 * n * weights * batch)
                  .cached(2 * n * (2 * inputs + outputs) * batch)
                  .rows(3 * n * batch)
                  .phases(6 * n);
          // n I O to mix and I O to apply, both ways, which is traffic with the cache: I O an
          // example written and read; dP as in OUTPUTS.
          case WEIGHTS ->
              products
                  .multiplied((3 * n + 2) * weights * batch)
                  .cached(4 * weights * batch)
                  .parts(batch)
                  .phases(5);
          // As OUTPUTS with the support for n; gathered inputs and gradients, written and read.
          case SPANS ->
              products
                  .multiplied(3 * work.support() * weights * batch)
                  .cached(4 * work.support() * (inputs + outputs) * batch)
                  .rows(4 * work.support() * batch)
                  .phases(10);
          // I O an example. All alike: W mixed in one piece and its gradient spread. Else, for each
          // distinct row, n I O with W in cache three times, and products of few rows, which reach
          // half the rate; examples gathered, written and read.
          case SHARED ->
              distinct > 1
                  ? products
                      .multiplied(2 * 3 * weights * batch + 3 * n * weights * distinct)
                      .cached(6 * weights * distinct + 4 * (inputs + outputs) * batch)
                      .rows(4 * batch)
                      .parts(distinct)
                      .phases(8)
                  : products
                      .multiplied(3 * weights * batch)
                      .streamed(n == 1 ? 0 : 3 * (n + 3) * weights)
                      .phases(n == 1 ? 3 : 6);
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
    private static final double MULTIPLIED = 4.3e7;

    /** Multiply-adds of a core in a millisecond in the convolution of one example. */
    private static final double CONVOLVED = 5e7;

    /** Multiply-adds of a core in a millisecond where weights are mixed or spread. */
    private static final double MIXED = 1e7;

    /** Floats that a core moves in a millisecond to or from its second-level cache. */
    private static final double CACHED = 3e6;

    /** Floats that all cores together move in a millisecond to or from memory. */
    private static final double STREAMED = 4e6;

    /** Core-milliseconds for each W(s) that is mixed and applied by itself, both ways. */
    private static final double PART = 0.01;

    /** Milliseconds for each example's row that is listed, to be gathered or added up. */
    private static final double ROW = 5e-5;

    /**
     * Milliseconds until all cores have begun and ended a piece of work, among other layers' work,
     * which has the caches: alone, over and over, it is a tenth of that.
     */
    private static final double PHASE = 0.06;

    private Price plus(double more) {
      return new Price(milliseconds + more);
    }

    Price multiplied(double multiplyAdds) {
      return plus(multiplyAdds / (MULTIPLIED * CORES));
    }

    Price convolved(double multiplyAdds) {
      return plus(multiplyAdds / (CONVOLVED * CORES));
    }

    Price mixed(double multiplyAdds) {
      return plus(multiplyAdds / (MIXED * CORES));
    }

    Price cached(double floats) {
      return plus(floats / (CACHED * CORES));
    }

    Price streamed(double floats) {
      return plus(floats / STREAMED);
    }

    Price parts(double count) {
      return plus(count * PART / CORES);
    }

    Price rows(double count) {
      return plus(count * ROW);
    }

    Price phases(double count) {
      return plus(count * PHASE);
    }
  }
}
