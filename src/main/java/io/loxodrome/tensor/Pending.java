package io.loxodrome.tensor;

/** Something a device is still working on, asked for without waiting. */
@FunctionalInterface
public interface Pending<T> {
  /** Waits for it; to be called once. */
  T await();
}
