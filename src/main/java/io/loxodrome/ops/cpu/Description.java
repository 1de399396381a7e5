package io.loxodrome.ops.cpu;

import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;

/** What a oneDNN primitive will compute, with the layouts it chose; any thread may compile it. */
final class Description {
  private static final long[] NO_DILATION = {0, 0};

  private final dnnl_primitive_desc handle;

  private Description(dnnl_primitive_desc handle) {
    this.handle = handle;
  }

  dnnl_primitive_desc handle() {
    return handle;
  }

  /** The layout of an argument, by its {@code DNNL_ARG_} number. */
  Layout layout(int argument) {
    return new Layout(
        dnnl.dnnl_primitive_desc_query_md(handle, dnnl.dnnl_query_exec_arg_md, argument));
  }

  /** What follows a product or a convolution in the same pass. */
  enum Epilogue {
    NONE,
    /** max(0, .) */
    RELU,
    /** Adds to what the target holds instead of overwriting it. */
    ACCUMULATE
  }

  private static @Nullable dnnl_primitive_attr attributes(Epilogue epilogue) {
    if (epilogue == Epilogue.NONE) {
      return null;
    }
    dnnl_post_ops operations = new dnnl_post_ops();
    OneDnn.check(dnnl.dnnl_post_ops_create(operations), "create an epilogue");
    int status =
        epilogue == Epilogue.RELU
            ? dnnl.dnnl_post_ops_append_eltwise(operations, dnnl.dnnl_eltwise_relu, 0, 0)
            : dnnl.dnnl_post_ops_append_sum(operations, 1, 0, dnnl.dnnl_data_type_undef);
    OneDnn.check(status, "append " + epilogue);
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "create attributes");
    OneDnn.check(
        dnnl.dnnl_primitive_attr_set_post_ops(attributes, operations), "attach " + epilogue);
    OneDnn.check(dnnl.dnnl_post_ops_destroy(operations), "free an epilogue");
    return attributes;
  }

  private static void free(@Nullable dnnl_primitive_attr attributes) {
    if (attributes != null) {
      OneDnn.check(dnnl.dnnl_primitive_attr_destroy(attributes), "free attributes");
    }
  }

  /** target (+)= left right. */
  static Description product(Layout left, Layout right, Layout target, Epilogue epilogue) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = attributes(epilogue);
    OneDnn.check(
        dnnl.dnnl_matmul_primitive_desc_create(
            handle,
            OneDnn.engine(),
            left.descriptor(),
            right.descriptor(),
            null,
            target.descriptor(),
            attributes),
        "describe a matrix product");
    free(attributes);
    return new Description(handle);
  }

  /** target = source in another layout. */
  static Description reorder(Layout source, Layout target) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl.dnnl_reorder_primitive_desc_create(
            handle,
            source.descriptor(),
            OneDnn.engine(),
            target.descriptor(),
            OneDnn.engine(),
            null),
        "describe a reorder");
    return new Description(handle);
  }

  /**
   * The operands of a convolution, each of which may be left to oneDNN.
   *
   * @param stride of the kernel, both ways
   * @param padding on every side
   */
  record ConvolutionOperands(
      Layout input, Layout weights, Layout bias, Layout output, int stride, int padding) {
    long[] strides() {
      return new long[] {stride, stride};
    }

    long[] paddings() {
      return new long[] {padding, padding};
    }
  }

  static Description convolution(ConvolutionOperands of, Epilogue epilogue) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = attributes(epilogue);
    OneDnn.check(
        dnnl.dnnl_convolution_forward_primitive_desc_create(
            handle,
            OneDnn.engine(),
            dnnl.dnnl_forward_training,
            dnnl.dnnl_convolution_direct,
            of.input().descriptor(),
            of.weights().descriptor(),
            of.bias().descriptor(),
            of.output().descriptor(),
            of.strides(),
            NO_DILATION,
            of.paddings(),
            of.paddings(),
            attributes),
        "describe a convolution");
    free(attributes);
    return new Description(handle);
  }

  static Description convolutionInputGradient(ConvolutionOperands of, Description forward) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl.dnnl_convolution_backward_data_primitive_desc_create(
            handle,
            OneDnn.engine(),
            dnnl.dnnl_convolution_direct,
            of.input().descriptor(),
            of.weights().descriptor(),
            of.output().descriptor(),
            of.strides(),
            NO_DILATION,
            of.paddings(),
            of.paddings(),
            forward.handle,
            null),
        "describe a convolution's input gradient");
    return new Description(handle);
  }

  static Description convolutionWeightGradient(ConvolutionOperands of, Description forward) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl.dnnl_convolution_backward_weights_primitive_desc_create(
            handle,
            OneDnn.engine(),
            dnnl.dnnl_convolution_direct,
            of.input().descriptor(),
            of.weights().descriptor(),
            of.bias().descriptor(),
            of.output().descriptor(),
            of.strides(),
            NO_DILATION,
            of.paddings(),
            of.paddings(),
            forward.handle,
            null),
        "describe a convolution's weight gradient");
    return new Description(handle);
  }

  /** Pooling over window x window, windows side by side; keeps a workspace if it takes maxima. */
  static Description pooling(int algorithm, Layout input, Layout output, int window) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl.dnnl_pooling_forward_primitive_desc_create(
            handle,
            OneDnn.engine(),
            dnnl.dnnl_forward_training,
            algorithm,
            input.descriptor(),
            output.descriptor(),
            square(window),
            square(window),
            NO_DILATION,
            square(0),
            square(0),
            null),
        "describe pooling");
    return new Description(handle);
  }

  static Description poolingGradient(
      int algorithm, Layout input, Layout output, int window, Description forward) {
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl.dnnl_pooling_backward_primitive_desc_create(
            handle,
            OneDnn.engine(),
            algorithm,
            input.descriptor(),
            output.descriptor(),
            square(window),
            square(window),
            NO_DILATION,
            square(0),
            square(0),
            forward.handle,
            null),
        "describe pooling's gradient");
    return new Description(handle);
  }

  /** dx = dy where y > 0, all in one layout. */
  static Description reluGradient(Layout layout) {
    dnnl_primitive_desc forward = new dnnl_primitive_desc();
    int algorithm = dnnl.dnnl_eltwise_relu_use_dst_for_bwd;
    OneDnn.check(
        dnnl.dnnl_eltwise_forward_primitive_desc_create(
            forward,
            OneDnn.engine(),
            dnnl.dnnl_forward_training,
            algorithm,
            layout.descriptor(),
            layout.descriptor(),
            0,
            0,
            null),
        "describe a ReLU");
    dnnl_primitive_desc handle = new dnnl_primitive_desc();
    OneDnn.check(
        dnnl.dnnl_eltwise_backward_primitive_desc_create(
            handle,
            OneDnn.engine(),
            algorithm,
            layout.descriptor(),
            layout.descriptor(),
            layout.descriptor(),
            0,
            0,
            forward,
            null),
        "describe a ReLU's gradient");
    OneDnn.check(dnnl.dnnl_primitive_desc_destroy(forward), "free a description");
    return new Description(handle);
  }

  private static long[] square(int side) {
    return new long[] {side, side};
  }
}
