package io.loxodrome.cuda.jcuda;

import java.util.List;
import java.util.Optional;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnStatus;

/**
 * What cuDNN's search says of one of its algorithms.
 *
 * @param number cuDNN's, for one direction
 * @param status of its trial
 * @param workspaceBytes what it works in
 * @param determinism one of cudnnDeterminism
 * @param mathType one of cudnnMathType
 */
record ConvolutionAlgorithm(
    int number, int status, long workspaceBytes, int determinism, int mathType) {
  /**
   * The first, which is the fastest, that can be had.
   *
   * @param found in the order of their time
   * @param mostBytes of workspace
   * @param mathTypes those allowed: a search tries cuDNN's default besides the one asked for, and
   *     the default rounds factors to TF32
   */
  static Optional<ConvolutionAlgorithm> choose(
      List<ConvolutionAlgorithm> found, long mostBytes, List<Integer> mathTypes) {
    return found.stream()
        .filter(one -> one.status == cudnnStatus.CUDNN_STATUS_SUCCESS)
        .filter(one -> one.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC)
        .filter(one -> one.workspaceBytes <= mostBytes)
        .filter(one -> mathTypes.contains(one.mathType))
        .findFirst();
  }
}
