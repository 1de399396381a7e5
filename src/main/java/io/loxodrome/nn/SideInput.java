package io.loxodrome.nn;

import io.loxodrome.autograd.Tape;
import io.loxodrome.autograd.Variable;
import java.util.List;

/** What a network is told of the conditioning values besides its images, B x k. */
interface SideInput extends AutoCloseable {
  /** The k numbers of each example. */
  Variable forward(Tape tape, Conditioning conditioning);

  /** k. */
  int size();

  /** What of it is learnt, in the order of use. */
  List<Parameter> parameters();

  /** Frees parameters and constants; the second call does nothing. */
  @Override
  void close();
}
