package io.loxodrome.cuda;

/**
 * PTX that a driver has compiled and loaded.
 *
 * @param name what errors call it
 * @param handle CUDA's own, a CUmodule
 */
public record KernelModule(String name, long handle) {}
