/*
 * A libcuda.so.1 without a device, for tests: memory is the host's, work is done when it is given,
 * kernels are not run, and every call that matters is written down.
 *
 * STUB_LOG       file that calls are appended to, one line each
 * STUB_VERSION   what cuDriverGetVersion answers (12040)
 * STUB_DEVICES   how many devices there are (1)
 * STUB_CAPABILITY  major * 10 + minor of their compute capability (90)
 * STUB_POOLS     whether they have memory pools (1)
 * STUB_MEMORY    bytes of device memory (1 << 30)
 * STUB_FAIL      NAME:STATUS:N: the N-th call of NAME (from 1) answers STATUS; 700 and above stick,
 *                as errors that break a context do
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS 0
#define INVALID_VALUE 1
#define OUT_OF_MEMORY 2
#define NO_DEVICE 100
#define INVALID_CONTEXT 201
#define INVALID_PTX 218
#define NOT_FOUND 500
#define NOT_READY 600
#define CAPTURE_UNSUPPORTED 900

typedef uint64_t address;

static long setting(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value == NULL ? otherwise : atol(value);
}

static void note(const char *format, ...) {
  const char *path = getenv("STUB_LOG");
  if (path == NULL) return;
  FILE *file = fopen(path, "a");
  if (file == NULL) return;
  __builtin_va_list list;
  __builtin_va_start(list, format);
  vfprintf(file, format, list);
  __builtin_va_end(list);
  fputc('\n', file);
  fclose(file);
}

/* Errors on demand. */

static int stuck = SUCCESS;
static int calls_of_failing = 0;

static int fault(const char *name) {
  if (stuck != SUCCESS) return stuck;
  const char *plan = getenv("STUB_FAIL");
  size_t length = strlen(name);
  if (plan == NULL || strncmp(plan, name, length) != 0 || plan[length] != ':') return SUCCESS;
  int status = atoi(plan + length + 1);
  int nth = atoi(strchr(plan + length + 1, ':') + 1);
  if (++calls_of_failing != nth) return SUCCESS;
  if (status >= 700 && status < 800) stuck = status;
  return status;
}

#define BEGIN                       \
  do {                              \
    int status_ = fault(__func__);  \
    if (status_ != SUCCESS) return status_; \
  } while (0)

/* The driver and its devices. */

int cuDriverGetVersion(int *version) {
  *version = (int)setting("STUB_VERSION", 12040);
  return SUCCESS;
}

int cuInit(unsigned flags) {
  (void)flags;
  BEGIN;
  return setting("STUB_DEVICES", 1) == 0 ? NO_DEVICE : SUCCESS;
}

int cuGetErrorName(int status, const char **name) {
  switch (status) {
    case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
    case NO_DEVICE: *name = "CUDA_ERROR_NO_DEVICE"; break;
    case INVALID_PTX: *name = "CUDA_ERROR_INVALID_PTX"; break;
    case NOT_FOUND: *name = "CUDA_ERROR_NOT_FOUND"; break;
    case 700: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; break;
    default: *name = NULL; return INVALID_VALUE;
  }
  return SUCCESS;
}

int cuGetErrorString(int status, const char **text) {
  *text = "as the stub says it";
  (void)status;
  return SUCCESS;
}

int cuDeviceGetCount(int *count) {
  BEGIN;
  *count = (int)setting("STUB_DEVICES", 1);
  return SUCCESS;
}

int cuDeviceGet(int *device, int ordinal) {
  *device = ordinal;
  return SUCCESS;
}

int cuDeviceGetName(char *name, int length, int device) {
  snprintf(name, length, "Stub %d", device);
  return SUCCESS;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  (void)device;
  int capability = (int)setting("STUB_CAPABILITY", 90);
  switch (attribute) {
    case 1: *value = 1024; break;
    case 5: *value = 2147483647; break;
    case 6: *value = 65535; break;
    case 7: *value = 65534; break;
    case 8: *value = 49152; break;
    case 16: *value = 132; break;
    case 75: *value = capability / 10; break;
    case 76: *value = capability % 10; break;
    case 115: *value = (int)setting("STUB_POOLS", 1); break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}

/* Contexts: a number each; the current one is the thread's own. */

static int contexts = 0;
static _Thread_local intptr_t current = 0;

int cuCtxCreate_v2(void **context, unsigned flags, int device) {
  BEGIN;
  note("cuCtxCreate flags %u device %d", flags, device);
  current = ++contexts * 256 + device;
  *context = (void *)current;
  return SUCCESS;
}

int cuCtxDestroy_v2(void *context) {
  note("cuCtxDestroy %ld", (long)(intptr_t)context / 256);
  return stuck;
}

int cuCtxSetCurrent(void *context) {
  current = (intptr_t)context;
  return SUCCESS;
}

int cuCtxGetCurrent(void **context) {
  *context = (void *)current;
  return SUCCESS;
}

int cuCtxGetDevice(int *device) {
  if (current == 0) return INVALID_CONTEXT;
  *device = (int)(current % 256);
  return SUCCESS;
}

int cuCtxSynchronize(void) {
  BEGIN;
  note("cuCtxSynchronize");
  return SUCCESS;
}

/* Memory: each block starts with its size, 256 bytes before its address. */

static size_t used = 0;

static size_t left(void) { return (size_t)setting("STUB_MEMORY", 1L << 30) - used; }

static int take(address *result, size_t bytes) {
  if (bytes > left()) return OUT_OF_MEMORY;
  char *block = aligned_alloc(256, (bytes + 511) / 256 * 256);
  *(size_t *)block = bytes;
  memset(block + 256, 0xA5, bytes);
  used += bytes;
  *result = (address)(block + 256);
  return SUCCESS;
}

static void give(address at) {
  char *block = (char *)at - 256;
  used -= *(size_t *)block;
  free(block);
}

int cuMemAlloc_v2(address *result, size_t bytes) {
  BEGIN;
  if (current == 0) return INVALID_CONTEXT;
  note("cuMemAlloc %zu in context %ld", bytes, (long)current / 256);
  return take(result, bytes);
}

int cuMemFree_v2(address at) {
  BEGIN;
  note("cuMemFree");
  give(at);
  return SUCCESS;
}

int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
  BEGIN;
  *free_bytes = left();
  *total = (size_t)setting("STUB_MEMORY", 1L << 30);
  return SUCCESS;
}

int cuMemAllocHost_v2(void **result, size_t bytes) {
  BEGIN;
  note("cuMemAllocHost %zu", bytes);
  *result = malloc(bytes);
  return SUCCESS;
}

int cuMemFreeHost(void *at) {
  BEGIN;
  note("cuMemFreeHost");
  free(at);
  return SUCCESS;
}

typedef struct {
  int type;
  int handle_types;
  int location_type;
  int location_id;
  void *security;
  unsigned char reserved[64];
} pool_properties;

int cuMemPoolCreate(void **pool, const pool_properties *properties) {
  BEGIN;
  note("cuMemPoolCreate type %d handles %d location %d %d", properties->type,
       properties->handle_types, properties->location_type, properties->location_id);
  *pool = malloc(1);
  return SUCCESS;
}

int cuMemPoolSetAttribute(void *pool, int attribute, void *value) {
  (void)pool;
  BEGIN;
  note("cuMemPoolSetAttribute %d %lx", attribute, *(unsigned long *)value);
  return SUCCESS;
}

int cuMemPoolTrimTo(void *pool, size_t keep) {
  (void)pool;
  BEGIN;
  note("cuMemPoolTrimTo %zu", keep);
  return SUCCESS;
}

int cuMemPoolDestroy(void *pool) {
  BEGIN;
  note("cuMemPoolDestroy");
  free(pool);
  return SUCCESS;
}

int cuMemAllocFromPoolAsync(address *result, size_t bytes, void *pool, void *stream) {
  (void)pool;
  (void)stream;
  BEGIN;
  note("cuMemAllocFromPoolAsync %zu", bytes);
  return take(result, bytes);
}

int cuMemFreeAsync(address at, void *stream) {
  (void)stream;
  BEGIN;
  note("cuMemFreeAsync");
  give(at);
  return SUCCESS;
}

/* Streams and graphs. Work given to a stream is done at once, or noted down if it is capturing. */

typedef struct {
  int kind; /* 0 a copy, 1 a fill, 2 a launch */
  char *target;
  char *source;
  size_t bytes;
  unsigned char value;
  char launch[8400];
} work;

typedef struct {
  work *items;
  int count;
} graph;

typedef struct {
  graph *capture;
} stream_state;

static stream_state default_stream;

static stream_state *state(void *stream) { return stream == NULL ? &default_stream : stream; }

static void perform(const work *item) {
  switch (item->kind) {
    case 0: memcpy(item->target, item->source, item->bytes); break;
    case 1: memset(item->target, item->value, item->bytes); break;
    default: note("%s", item->launch);
  }
}

static int submit(void *stream, const work *item) {
  graph *capture = state(stream)->capture;
  if (capture == NULL) {
    perform(item);
  } else {
    capture->items = realloc(capture->items, (capture->count + 1) * sizeof(work));
    capture->items[capture->count++] = *item;
  }
  return SUCCESS;
}

int cuMemcpyHtoDAsync_v2(address target, void *source, size_t bytes, void *stream) {
  BEGIN;
  work item = {.kind = 0, .target = (char *)target, .source = source, .bytes = bytes};
  return submit(stream, &item);
}

int cuMemcpyDtoHAsync_v2(void *target, address source, size_t bytes, void *stream) {
  BEGIN;
  work item = {.kind = 0, .target = target, .source = (char *)source, .bytes = bytes};
  return submit(stream, &item);
}

int cuMemcpyDtoDAsync_v2(address target, address source, size_t bytes, void *stream) {
  BEGIN;
  work item = {.kind = 0, .target = (char *)target, .source = (char *)source, .bytes = bytes};
  return submit(stream, &item);
}

int cuMemsetD8Async(address target, unsigned char value, size_t bytes, void *stream) {
  BEGIN;
  work item = {.kind = 1, .target = (char *)target, .value = value, .bytes = bytes};
  return submit(stream, &item);
}

int cuStreamCreate(void **stream, unsigned flags) {
  BEGIN;
  note("cuStreamCreate flags %u", flags);
  *stream = calloc(1, sizeof(stream_state));
  return SUCCESS;
}

int cuStreamDestroy_v2(void *stream) {
  BEGIN;
  note("cuStreamDestroy");
  free(stream);
  return SUCCESS;
}

int cuStreamSynchronize(void *stream) {
  BEGIN;
  return state(stream)->capture == NULL ? SUCCESS : CAPTURE_UNSUPPORTED;
}

int cuStreamBeginCapture_v2(void *stream, int mode) {
  BEGIN;
  note("cuStreamBeginCapture mode %d", mode);
  if (state(stream)->capture != NULL) return CAPTURE_UNSUPPORTED;
  state(stream)->capture = calloc(1, sizeof(graph));
  return SUCCESS;
}

int cuStreamEndCapture(void *stream, void **captured) {
  BEGIN;
  if (state(stream)->capture == NULL) return CAPTURE_UNSUPPORTED;
  *captured = state(stream)->capture;
  state(stream)->capture = NULL;
  return SUCCESS;
}

int cuStreamIsCapturing(void *stream, int *capturing) {
  BEGIN;
  *capturing = state(stream)->capture != NULL;
  return SUCCESS;
}

int cuGraphInstantiateWithFlags(void **executable, void *captured, unsigned long long flags) {
  BEGIN;
  graph *from = captured;
  note("cuGraphInstantiate flags %llu nodes %d", flags, from->count);
  graph *copy = calloc(1, sizeof(graph));
  copy->count = from->count;
  copy->items = malloc(from->count * sizeof(work) + 1);
  memcpy(copy->items, from->items, from->count * sizeof(work));
  *executable = copy;
  return SUCCESS;
}

int cuGraphDestroy(void *captured) {
  BEGIN;
  note("cuGraphDestroy");
  free(((graph *)captured)->items);
  free(captured);
  return SUCCESS;
}

int cuGraphExecDestroy(void *executable) {
  BEGIN;
  note("cuGraphExecDestroy");
  free(((graph *)executable)->items);
  free(executable);
  return SUCCESS;
}

int cuGraphLaunch(void *executable, void *stream) {
  BEGIN;
  graph *all = executable;
  for (int i = 0; i < all->count; i++) submit(stream, &all->items[i]);
  return SUCCESS;
}

/* Events: the second and later queries of a recorded event find it done. */

typedef struct {
  int recorded;
  int queries;
} event_state;

int cuEventCreate(void **event, unsigned flags) {
  BEGIN;
  note("cuEventCreate flags %u", flags);
  *event = calloc(1, sizeof(event_state));
  return SUCCESS;
}

int cuEventDestroy_v2(void *event) {
  BEGIN;
  note("cuEventDestroy");
  free(event);
  return SUCCESS;
}

int cuEventRecord(void *event, void *stream) {
  (void)stream;
  BEGIN;
  event_state *mark = event;
  mark->recorded = 1;
  mark->queries = 0;
  return SUCCESS;
}

int cuEventQuery(void *event) {
  BEGIN;
  event_state *mark = event;
  return mark->recorded && mark->queries++ == 0 ? NOT_READY : SUCCESS;
}

int cuEventSynchronize(void *event) {
  BEGIN;
  ((event_state *)event)->queries = 1;
  return SUCCESS;
}

int cuStreamWaitEvent(void *stream, void *event, unsigned flags) {
  BEGIN;
  note("cuStreamWaitEvent %d %d flags %u", stream != NULL, event != NULL, flags);
  return SUCCESS;
}

/* Modules: PTX is accepted unless it says "refuse me"; a kernel is its name. */

#define JIT_INFO_LOG 3
#define JIT_INFO_LOG_BYTES 4
#define JIT_ERROR_LOG 5
#define JIT_ERROR_LOG_BYTES 6

static void answer(unsigned count, int *options, void **values, int buffer, int size,
                   const char *text) {
  char *target = NULL;
  size_t bytes = 0;
  for (unsigned i = 0; i < count; i++) {
    if (options[i] == buffer) target = values[i];
    if (options[i] == size) bytes = (unsigned)(uintptr_t)values[i];
  }
  if (target != NULL) snprintf(target, bytes, "%s of %zu", text, bytes);
}

int cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options,
                       void **values) {
  BEGIN;
  note("cuModuleLoadDataEx %zu characters", strlen(image));
  if (strstr(image, "refuse me") != NULL) {
    answer(count, options, values, JIT_ERROR_LOG, JIT_ERROR_LOG_BYTES, "error log");
    answer(count, options, values, JIT_INFO_LOG, JIT_INFO_LOG_BYTES, "info log");
    return INVALID_PTX;
  }
  *module = strdup(image);
  return SUCCESS;
}

int cuModuleUnload(void *module) {
  BEGIN;
  note("cuModuleUnload");
  free(module);
  return SUCCESS;
}

int cuModuleGetFunction(void **function, void *module, const char *name) {
  BEGIN;
  if (strstr(module, name) == NULL) return NOT_FOUND;
  *function = strdup(name);
  return SUCCESS;
}

int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                   void *stream, void **parameters, void **extra) {
  BEGIN;
  if (parameters != NULL || extra == NULL) return INVALID_VALUE;
  const unsigned char *block = NULL;
  size_t bytes = 0;
  for (; *extra != NULL; extra += 2) {
    if (*extra == (void *)1) block = extra[1];
    if (*extra == (void *)2) bytes = *(size_t *)extra[1];
  }
  if (block == NULL || bytes > 4096) return INVALID_VALUE;
  work item = {.kind = 2};
  char *end = item.launch;
  end += sprintf(end, "cuLaunchKernel %s grid %u %u %u block %u %u %u shared %u stream %d ",
                 (char *)function, grid_x, grid_y, grid_z, block_x, block_y, block_z, shared,
                 stream != NULL);
  for (size_t i = 0; i < bytes; i++) end += sprintf(end, "%02x", block[i]);
  return submit(stream, &item);
}
