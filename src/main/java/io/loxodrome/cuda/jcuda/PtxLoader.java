package io.loxodrome.cuda.jcuda;

import io.loxodrome.cuda.CudaException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.Pointer;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/** Has the driver compile PTX, and says all it can where the driver refuses. */
final class PtxLoader {
  private static final int LOG_BYTES = 8192;
  private static final Pattern DIRECTIVE =
      Pattern.compile("^\\.(version|target)\\s+(\\S.*?)\\s*$", Pattern.MULTILINE);

  private PtxLoader() {}

  /**
   * Compiles and loads.
   *
   * @param name what errors call the text
   * @throws CudaException with the compiler's log, what the PTX asks for, and what the driver
   *     offers
   */
  static CUmodule load(CudaContext context, String name, String ptx) {
    JITOptions options = new JITOptions();
    options.putBytes(CUjit_option.CU_JIT_INFO_LOG_BUFFER, new byte[LOG_BYTES]);
    options.putInt(CUjit_option.CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
    options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    CUmodule module = new CUmodule();
    Pointer text = Pointer.to((ptx + '\0').getBytes(StandardCharsets.US_ASCII));
    int status = JCudaDriver.cuModuleLoadDataJIT(module, text, options);
    if (status != CUresult.CUDA_SUCCESS) {
      context.check(
          status,
          "load of %s (PTX %s; the driver offers CUDA %s; its compiler says: %s)"
              .formatted(name, directives(ptx), offered(), log(options)));
    }
    return module;
  }

  /** For example {@code .version 6.3, .target sm_75}. */
  private static String directives(String ptx) {
    StringBuilder found = new StringBuilder();
    Matcher matcher = DIRECTIVE.matcher(ptx);
    while (matcher.find()) {
      found.append(found.isEmpty() ? "." : ", .").append(matcher.group(1));
      found.append(' ').append(matcher.group(2));
    }
    return found.isEmpty() ? "without .version" : found.toString();
  }

  private static String offered() {
    int[] version = new int[1];
    int status = JCudaDriver.cuDriverGetVersion(version);
    return status == CUresult.CUDA_SUCCESS ? LookupSteps.cudaVersion(version[0]) : "?";
  }

  private static String log(JITOptions options) {
    String errors = text(options, CUjit_option.CU_JIT_ERROR_LOG_BUFFER);
    String remarks = text(options, CUjit_option.CU_JIT_INFO_LOG_BUFFER);
    String all = (errors + "\n" + remarks).strip();
    return all.isEmpty() ? "nothing" : all;
  }

  private static String text(JITOptions options, int buffer) {
    String all = new String(options.getBytes(buffer), StandardCharsets.UTF_8);
    int end = all.indexOf('\0');
    return (end < 0 ? all : all.substring(0, end)).strip();
  }
}
