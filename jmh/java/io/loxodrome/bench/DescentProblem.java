package io.loxodrome.bench;

import java.util.List;

/** Something to be learned by each method from the same start, on the same batches. */
interface DescentProblem {
  String name();

  /** What it is, for a figure. */
  String title();

  /** What a figure shows of its losses. */
  String lossName();

  /** A loss as a figure shows it. */
  double shown(double loss);

  /** Losses that are waited for, falling; at the last one a training is over. */
  List<Double> targets();

  /** Seconds of steps from one measurement of the loss to the next. */
  double interval();

  /** Seconds of steps that each training gets, unless told otherwise. */
  double budget();

  /** What can be compared on it. */
  List<DescentMethod> methods();

  /** The middle one of the learning rates that are tried. */
  double baseRate(DescentMethod method);

  /** Trains from the start until a course within these limits is over. */
  LossCourse descend(DescentMethod method, double learningRate, LossCourse.Limits limits);
}
