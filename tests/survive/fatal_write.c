// Loaded before the C library: counts what the process does to files, and kills it at a given one, half done where a
// half can be done. SYSWRIGHT_FATAL_WRITE: which, from 1. SYSWRIGHT_COUNT_WRITES: a file to write the count to at exit.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count;

static int is_fatal(void) {
  static long fatal = -1;
  if (fatal < 0) {
    const char* wanted = getenv("SYSWRIGHT_FATAL_WRITE");
    fatal = wanted ? atol(wanted) : 0;
  }
  return atomic_fetch_add(&count, 1) + 1 == fatal;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("SYSWRIGHT_COUNT_WRITES");
  if (!path) return;
  FILE* file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&count));
  fclose(file);
}

#define THE_REAL(name)           \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void* bytes, size_t size) {
  THE_REAL(write);
  if (is_fatal()) {
    real(file, bytes, size / 2);
    die();
  }
  return real(file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t place) {
  THE_REAL(pwrite);
  if (is_fatal()) {
    real(file, bytes, size / 2, place);
    die();
  }
  return real(file, bytes, size, place);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t place) {
  THE_REAL(pwrite64);
  if (is_fatal()) {
    real(file, bytes, size / 2, place);
    die();
  }
  return real(file, bytes, size, place);
}

#define KILLED_BEFORE(declaration, name, call) \
  declaration {                                \
    THE_REAL(name);                            \
    if (is_fatal()) die();                     \
    return call;                               \
  }

KILLED_BEFORE(int rename(const char* from, const char* to), rename, real(from, to))
KILLED_BEFORE(int unlink(const char* path), unlink, real(path))
KILLED_BEFORE(int fsync(int file), fsync, real(file))
KILLED_BEFORE(int fdatasync(int file), fdatasync, real(file))
KILLED_BEFORE(int ftruncate(int file, off_t size), ftruncate, real(file, size))
KILLED_BEFORE(int ftruncate64(int file, off64_t size), ftruncate64, real(file, size))
