package io.loxodrome.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C as a request: the process waits with its end until the command at work has saved what it
 * has. A second Ctrl-C changes nothing: what is left to do is one step and one file.
 */
final class Interrupt {
  private final CountDownLatch settled = new CountDownLatch(1);
  private volatile boolean requested;

  /** An interrupt that no signal raises. */
  Interrupt() {}

  /** Takes the place of the sudden end that the virtual machine would make. */
  static Interrupt install() {
    Interrupt interrupt = new Interrupt();
    Runtime.getRuntime().addShutdownHook(new Thread(interrupt::await, "loxodrome-interrupt"));
    return interrupt;
  }

  /** Asks for the end. */
  void request() {
    requested = true;
  }

  private void await() {
    request();
    try {
      settled.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the process was asked to end. */
  boolean isRequested() {
    return requested;
  }

  /**
   * Says that the command is done, and ends the process: with {@code code}, or, if a signal is
   * already ending it, with that signal's code.
   */
  void settle(int code) {
    settled.countDown();
    if (!requested) {
      System.exit(code);
    }
  }
}
