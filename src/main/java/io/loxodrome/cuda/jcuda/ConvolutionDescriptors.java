package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.ConvolutionShape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntSupplier;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/** A convolution's shape in cuDNN's objects. */
final class ConvolutionDescriptors implements AutoCloseable {
  private static final int REAL = cudnnDataType.CUDNN_DATA_FLOAT;
  private static final int ROW_MAJOR = cudnnTensorFormat.CUDNN_TENSOR_NCHW;

  final cudnnTensorDescriptor input = new cudnnTensorDescriptor();
  final cudnnTensorDescriptor output = new cudnnTensorDescriptor();
  final cudnnFilterDescriptor filter = new cudnnFilterDescriptor();
  final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

  private final CudnnStatus status;
  private final Deque<IntSupplier> destroyers = new ArrayDeque<>();

  /**
   * Describes a shape.
   *
   * @param mathType one of cudnnMathType
   */
  ConvolutionDescriptors(CudnnStatus status, ConvolutionShape shape, int mathType) {
    this.status = status;
    try {
      create();
      describe(shape);
      setMathType(mathType);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void create() {
    status.check(JCudnn.cudnnCreateTensorDescriptor(input), "cudnnCreateTensorDescriptor");
    destroyers.add(() -> JCudnn.cudnnDestroyTensorDescriptor(input));
    status.check(JCudnn.cudnnCreateTensorDescriptor(output), "cudnnCreateTensorDescriptor");
    destroyers.add(() -> JCudnn.cudnnDestroyTensorDescriptor(output));
    status.check(JCudnn.cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor");
    destroyers.add(() -> JCudnn.cudnnDestroyFilterDescriptor(filter));
    status.check(
        JCudnn.cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
    destroyers.add(() -> JCudnn.cudnnDestroyConvolutionDescriptor(convolution));
  }

  private void describe(ConvolutionShape shape) {
    status.check(
        JCudnn.cudnnSetTensor4dDescriptor(
            input, ROW_MAJOR, REAL, shape.batch(), shape.inputs(), shape.height(), shape.width()),
        "descriptor of x for " + shape);
    status.check(
        JCudnn.cudnnSetTensor4dDescriptor(
            output,
            ROW_MAJOR,
            REAL,
            shape.batch(),
            shape.outputs(),
            shape.outputHeight(),
            shape.outputWidth()),
        "descriptor of y for " + shape);
    status.check(
        JCudnn.cudnnSetFilter4dDescriptor(
            filter,
            REAL,
            ROW_MAJOR,
            shape.outputs(),
            shape.inputs(),
            shape.kernel(),
            shape.kernel()),
        "descriptor of the filter for " + shape);
    status.check(
        JCudnn.cudnnSetConvolution2dDescriptor(
            convolution,
            shape.padding(),
            shape.padding(),
            shape.stride(),
            shape.stride(),
            1,
            1,
            cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
            REAL),
        "descriptor of " + shape);
  }

  void setMathType(int mathType) {
    status.check(
        JCudnn.cudnnSetConvolutionMathType(convolution, mathType), "cudnnSetConvolutionMathType");
  }

  @Override
  public void close() {
    while (!destroyers.isEmpty()) {
      status.check(destroyers.removeLast().getAsInt(), "destruction of a descriptor");
    }
  }
}
