package io.loxodrome.cuda;

/**
 * A device and how much of everything it takes.
 *
 * @param name for people
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param multiprocessors what a grid is sized by
 * @param threadsPerBlock the most a block may have
 * @param sharedBytesPerBlock the most a block may have without asking for more than the default
 * @param blocksX the most along the grid's x axis
 * @param blocksY the most along the grid's y axis
 * @param blocksZ the most along the grid's z axis
 */
public record DeviceProperties(
    String name,
    int major,
    int minor,
    int multiprocessors,
    int threadsPerBlock,
    int sharedBytesPerBlock,
    int blocksX,
    int blocksY,
    int blocksZ) {}
