package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.jcuda.Workspaces.Block;
import java.util.List;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;

/** Which of its three operands a convolution computes; cuDNN has a family of functions for each. */
enum ConvolutionDirection {
  /** y from x and the filter. */
  FORWARD("Forward") {
    @Override
    List<NativePointerObject> operands(Call call) {
      ConvolutionDescriptors shape = call.shape;
      return List.of(
          shape.input,
          call.input,
          shape.filter,
          call.filter,
          shape.convolution,
          shape.output,
          call.output);
    }

    @Override
    int run(Call call, int algorithm, Block workspace) {
      return JCudnn.cudnnConvolutionForward(
          call.handle,
          HostNumber.ONE,
          call.shape.input,
          call.input,
          call.shape.filter,
          call.filter,
          call.shape.convolution,
          algorithm,
          Handles.address(workspace.address()),
          workspace.bytes(),
          HostNumber.ZERO,
          call.shape.output,
          call.output);
    }
  },
  /** dx from the filter and dy. */
  BACKWARD_INPUT("BackwardData") {
    @Override
    List<NativePointerObject> operands(Call call) {
      ConvolutionDescriptors shape = call.shape;
      return List.of(
          shape.filter,
          call.filter,
          shape.output,
          call.output,
          shape.convolution,
          shape.input,
          call.input);
    }

    @Override
    int run(Call call, int algorithm, Block workspace) {
      return JCudnn.cudnnConvolutionBackwardData(
          call.handle,
          HostNumber.ONE,
          call.shape.filter,
          call.filter,
          call.shape.output,
          call.output,
          call.shape.convolution,
          algorithm,
          Handles.address(workspace.address()),
          workspace.bytes(),
          HostNumber.ZERO,
          call.shape.input,
          call.input);
    }
  },
  /** The filter's gradient from x and dy. */
  BACKWARD_FILTER("BackwardFilter") {
    @Override
    List<NativePointerObject> operands(Call call) {
      ConvolutionDescriptors shape = call.shape;
      return List.of(
          shape.input,
          call.input,
          shape.output,
          call.output,
          shape.convolution,
          shape.filter,
          call.filter);
    }

    @Override
    int run(Call call, int algorithm, Block workspace) {
      return JCudnn.cudnnConvolutionBackwardFilter(
          call.handle,
          HostNumber.ONE,
          call.shape.input,
          call.input,
          call.shape.output,
          call.output,
          call.shape.convolution,
          algorithm,
          Handles.address(workspace.address()),
          workspace.bytes(),
          HostNumber.ZERO,
          call.shape.filter,
          call.filter);
    }
  };

  /**
   * A convolution and its operands, of which the direction says which is written.
   *
   * @param input x or dx
   * @param filter the filter or its gradient
   * @param output y or dy
   */
  record Call(
      cudnnHandle handle,
      ConvolutionDescriptors shape,
      Pointer input,
      Pointer filter,
      Pointer output) {}

  private final String family;

  ConvolutionDirection(String family) {
    this.family = family;
  }

  /** What the names of cuDNN's functions for it have in common. */
  String family() {
    return family;
  }

  /**
   * Descriptors and addresses in cuDNN's order: both of the first operand, both of the second, the
   * convolution's descriptor, both of what is written.
   */
  abstract List<NativePointerObject> operands(Call call);

  /** Starts the convolution; returns cuDNN's status. */
  abstract int run(Call call, int algorithm, Block workspace);
}
