package io.loxodrome.cuda;

/**
 * An entry of a loaded module.
 *
 * @param entry its name in the PTX
 * @param handle CUDA's own, a CUfunction
 */
public record Kernel(String entry, long handle) {}
