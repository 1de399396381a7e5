package io.loxodrome.ops.cpu;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/**
 * A compiled oneDNN kernel with its arguments, for one thread.
 *
 * <p>Bind an address to every argument, then run; a binding stays until the next one.
 */
final class Primitive implements AutoCloseable {
  private final dnnl_stream stream;
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final int[] arguments;
  private final dnnl_memory[] memories;
  private final dnnl_exec_arg_t bindings;
  private final Address address = new Address();

  private Primitive(dnnl_stream stream, dnnl_primitive_desc description, int[] arguments) {
    this.stream = stream;
    this.arguments = arguments;
    this.memories = new dnnl_memory[arguments.length];
    this.bindings = new dnnl_exec_arg_t(arguments.length);
    OneDnn.check(dnnl.dnnl_primitive_create(primitive, description), "compile a primitive");
    for (int i = 0; i < arguments.length; i++) {
      memories[i] = memory(description, arguments[i]);
      bindings.getPointer(i).arg(arguments[i]).memory(memories[i]);
    }
  }

  /**
   * Compiles {@code description}.
   *
   * @param arguments the {@code DNNL_ARG_} numbers of all it reads and writes
   */
  static Primitive compile(Worker worker, Description description, int... arguments) {
    return new Primitive(worker.stream(), description.handle(), arguments);
  }

  private static dnnl_memory memory(dnnl_primitive_desc description, int argument) {
    dnnl_memory_desc layout =
        dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_exec_arg_md, argument);
    dnnl_memory memory = new dnnl_memory();
    OneDnn.check(
        dnnl.dnnl_memory_create(memory, layout, OneDnn.engine(), new Address(0)),
        "describe argument " + argument);
    return memory;
  }

  /** Points an argument at {@code location}. */
  Primitive bind(int argument, long location) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] == argument) {
        OneDnn.check(
            dnnl.dnnl_memory_set_data_handle(memories[i], address.at(location)),
            "bind argument " + argument);
        return this;
      }
    }
    throw new IllegalArgumentException("the primitive has no argument " + argument);
  }

  /** Runs to the end: a CPU stream executes in the calling thread. */
  void run() {
    OneDnn.check(
        dnnl.dnnl_primitive_execute(primitive, stream, arguments.length, bindings),
        "run a primitive");
  }

  @Override
  public void close() {
    for (dnnl_memory memory : memories) {
      OneDnn.check(dnnl.dnnl_memory_destroy(memory), "free an argument");
    }
    OneDnn.check(dnnl.dnnl_primitive_destroy(primitive), "free a primitive");
    bindings.close();
  }
}
