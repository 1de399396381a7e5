package io.loxodrome.train;

/** Training or an evaluation was asked to stop and did; a run with a folder has saved its state. */
public final class RunStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says what was stopped and how to go on. */
  public RunStoppedException(String message) {
    super(message);
  }
}
