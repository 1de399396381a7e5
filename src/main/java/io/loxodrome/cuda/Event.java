package io.loxodrome.cuda;

/**
 * A mark in a stream that other streams and the host can wait for.
 *
 * @param handle CUDA's own, a CUevent
 */
public record Event(long handle) {}
