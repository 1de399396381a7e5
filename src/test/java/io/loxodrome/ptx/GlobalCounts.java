package io.loxodrome.ptx;

/**
 * Traffic to global memory in one direction, in sectors of 32 bytes.
 *
 * @param requests instructions of warps with at least one active lane
 * @param sectors distinct ones per request, summed
 * @param fewestSectors that each request's distinct bytes would fit in, summed
 * @param movedSectors distinct ones per block, summed: what is moved when a block's cache holds all
 *     that the block touched
 * @param distinctSectors distinct ones over the whole launch
 */
public record GlobalCounts(
    long requests, long sectors, long fewestSectors, long movedSectors, long distinctSectors) {}
