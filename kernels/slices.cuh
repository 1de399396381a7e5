// How a grid shares work that comes in slices (examples, planes, ...) of equally many items each.
//
// A worker, one or several threads, takes an item at a time. A block takes `per_block`
// neighbouring slices at once, which is a round; with more items than workers that is one slice,
// and the workers of all blocks along y walk over its items. Each block along x has `rounds`
// neighbouring rounds and the first `extra` blocks one more, so that neighbouring data stay with
// one block. Nothing here depends on the thread but `worker`: all bounds are the block's.
#pragma once

namespace loxodrome {

struct Slices {
  long long begin;  // the block's rounds
  long long end;
  int first;   // item of a worker with offset 0
  int step;    // between a worker's items
  int local;   // which slice of a round is the worker's
  int offset;  // of its first item

  __device__ Slices(int worker, int workers, int items, int per_block, long long rounds,
                    int extra) {
    const long long block = blockIdx.x;
    begin = block * rounds + min(block, static_cast<long long>(extra));
    end = begin + rounds + (block < extra ? 1 : 0);
    const bool shared = per_block > 1;
    first = shared ? 0 : blockIdx.y * workers;
    step = shared ? items : gridDim.y * workers;
    local = shared ? worker / items : 0;
    offset = worker - local * items;
    count_ = per_block;
  }

  // The worker's slice in a round; at least `count` where it has none.
  __device__ long long slice(long long round, long long count) const {
    return local < count_ ? round * count_ + local : count;
  }

 private:
  int count_;
};

}  // namespace loxodrome
