// Loaded before the C library: a wall clock that stands in the year 2100 and jumps by up to 12 hours either way at each
// look. The monotonic clock is left alone.
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t jumping(void) {
  static unsigned looks = 0;
  looks = looks * 1103515245u + 12345u;
  return (time_t)4102444800 + (time_t)(looks % 86400u) - 43200;
}

time_t time(time_t* to) {
  const time_t now = jumping();
  if (to) *to = now;
  return now;
}

int gettimeofday(struct timeval* to, void* zone) {
  (void)zone;
  to->tv_sec = jumping();
  to->tv_usec = 0;
  return 0;
}

int clock_gettime(clockid_t clock, struct timespec* to) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return (int)syscall(SYS_clock_gettime, clock, to);
  to->tv_sec = jumping();
  to->tv_nsec = 0;
  return 0;
}
