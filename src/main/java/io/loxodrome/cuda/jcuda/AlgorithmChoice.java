package io.loxodrome.cuda.jcuda;

/** How cuDNN chooses an algorithm for a convolution. */
public enum AlgorithmChoice {
  /**
   * By its own prediction, which is the same in every process on the same device and version: so a
   * run that is stopped and resumed gives the bits of one that was not.
   */
  HEURISTIC,
  /**
   * By trying all of them out once for each shape. The choice is kept, so a process gives the same
   * bits every time; another process may measure otherwise, choose otherwise, and round otherwise.
   */
  MEASURED
}
