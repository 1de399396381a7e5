/*
 * A library with the name and the symbols of one major version, which hands every call to another.
 *
 *   TARGET         the library that answers, e.g. "libcublas.so.13"; it is linked, so the dynamic
 *                  linker finds it or says that it cannot
 *   NOT_SUPPORTED  the status that a function returns which TARGET lacks
 *   symbols.inc    FORWARD(name) once for each function
 *
 * Each function is a single jump through a pointer. It touches neither registers nor stack, so that
 * it passes on any arguments and any result without knowing their types.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

#ifndef __x86_64__
#error "the forwarders are for x86-64, as the natives are that call them"
#endif

static int not_supported(void) { return NOT_SUPPORTED; }

#define FORWARD(name) __attribute__((visibility("hidden"))) void *target_of_##name;
#include "symbols.inc"
#undef FORWARD

#define FORWARD(name)                       \
  __asm__(                                  \
      ".text\n"                             \
      ".p2align 4\n"                        \
      ".globl " #name "\n"                  \
      ".type " #name ", @function\n"        \
      #name ":\n"                           \
      "  endbr64\n"                         \
      "  jmp *target_of_" #name "(%rip)\n"  \
      ".size " #name ", . - " #name "\n");
#include "symbols.inc"
#undef FORWARD

static const struct {
  const char *name;
  void **target;
} functions[] = {
#define FORWARD(name) {#name, &target_of_##name},
#include "symbols.inc"
#undef FORWARD
};

/* Looks in TARGET alone: everywhere else the names are those of this library. */
__attribute__((constructor)) static void find_targets(void) {
  void *library = dlopen(TARGET, RTLD_NOW | RTLD_NOLOAD);
  if (library == NULL) {
    fprintf(stderr, "forwarder to %s: %s; no function of it can be called\n", TARGET, dlerror());
  }
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    void *found = library == NULL ? NULL : dlsym(library, functions[i].name);
    *functions[i].target = found == NULL ? (void *)not_supported : found;
  }
}
