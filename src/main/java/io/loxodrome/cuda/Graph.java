package io.loxodrome.cuda;

/**
 * Work that was captured from a stream and can be run again.
 *
 * @param handle CUDA's own, a CUgraphExec
 */
public record Graph(long handle) {}
