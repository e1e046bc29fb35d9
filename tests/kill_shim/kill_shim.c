/* Kills the program that it is in (SIGKILL) at a named point, so that a test
 * can see what a crash at exactly that instant leaves. Tests alone preload it:
 *
 *   LD_PRELOAD=libkill_shim.so KILL_SHIM_POINT=sync-before KILL_SHIM_AT=3
 * program
 *
 * dies where it was about to make its third sync. The points:
 *
 *   write-before, write-half, write-after   the Nth write to a file of the
 * queue sync-before, sync-after                 the Nth sync; a commit ends
 * with one ring-before, ring-after                 the Nth datagram to a bell
 *   answer-before, answer-half, answer-after  the Nth piece of what a web
 * server is answered line                                    the Nth byte to a
 * modem has left, and none behind it
 *
 * -half leaves the first half of the bytes written. KILL_SHIM_COUNTS=FILE gets
 * how many there were of each when the program ends by itself, "NAME COUNT" a
 * line: what an undisturbed run has is what there is to be killed at. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { kWrite, kSync, kRing, kAnswer, kLine, kNames };
static const char *const names[kNames] = {"write", "sync", "ring", "answer",
                                          "line"};
enum Instant { kBefore, kHalf, kAfter };

static struct {
  int name; /* kNames: kill at nothing */
  enum Instant instant;
  long at;
  atomic_long count[kNames];
} shim = {.name = kNames};

static enum Instant InstantOf(const char *point) {
  const char *dash = strchr(point, '-');
  if (dash && strcmp(dash, "-before") == 0) return kBefore;
  if (dash && strcmp(dash, "-half") == 0) return kHalf;
  return kAfter;
}

__attribute__((constructor)) static void Begin(void) {
  const char *point = getenv("KILL_SHIM_POINT");
  const char *at = getenv("KILL_SHIM_AT");
  if (!point || !at) return;
  for (int name = 0; name < kNames; ++name) {
    if (strncmp(point, names[name], strlen(names[name])) == 0) shim.name = name;
  }
  shim.instant = InstantOf(point);
  shim.at = atol(at);
}

__attribute__((destructor)) static void End(void) {
  const char *path = getenv("KILL_SHIM_COUNTS");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  for (int name = 0; name < kNames; ++name) {
    fprintf(file, "%s %ld\n", names[name], atomic_load(&shim.count[name]));
  }
  fclose(file);
}

static void Die(void) {
  for (;;) kill(getpid(), SIGKILL);
}

/* Whether the program dies at this one, counted as the next of its name. */
static int IsLast(int name) {
  const long number = atomic_fetch_add(&shim.count[name], 1) + 1;
  return shim.name == name && number == shim.at;
}

static void DieIf(int last, enum Instant instant) {
  if (last && shim.instant == instant) Die();
}

#define NEXT(name)               \
  static __typeof__(&name) next; \
  if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A write, or the half of one behind which the program dies. */
static size_t SizeOf(size_t size, int last) {
  return last && shim.instant == kHalf ? size / 2 : size;
}

static int IsSocket(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

typedef ssize_t Write(int fd, const void *from, size_t size);

/* Bytes are counted when the line has taken them. */
static ssize_t WriteToLine(Write *next, int fd, const void *from, size_t size) {
  const long left = shim.at - atomic_load(&shim.count[kLine]);
  const int last = shim.name == kLine && left > 0 && left <= (long)size;
  const ssize_t written = next(fd, from, last ? (size_t)left : size);
  if (last && written == left) Die();
  if (written > 0) atomic_fetch_add(&shim.count[kLine], written);
  return written;
}

static ssize_t WriteAnswer(Write *next, int fd, const void *from, size_t size) {
  const int last = IsLast(kAnswer);
  DieIf(last, kBefore);
  const ssize_t written = next(fd, from, SizeOf(size, last));
  if (last) Die();
  return written;
}

ssize_t write(int fd, const void *from, size_t size) {
  NEXT(write);
  if (isatty(fd)) return WriteToLine(next, fd, from, size);
  if (fd == STDOUT_FILENO || IsSocket(fd)) {
    return WriteAnswer(next, fd, from, size);
  }
  return next(fd, from, size);
}

#define WRAP_PWRITE(name, offset)                                   \
  ssize_t name(int fd, const void *from, size_t size, offset at) {  \
    NEXT(name);                                                     \
    const int last = IsLast(kWrite);                                \
    DieIf(last, kBefore);                                           \
    const ssize_t written = next(fd, from, SizeOf(size, last), at); \
    if (last) Die();                                                \
    return written;                                                 \
  }
WRAP_PWRITE(pwrite, off_t)
WRAP_PWRITE(pwrite64, off64_t)

#define WRAP_SYNC(name)             \
  int name(int fd) {                \
    NEXT(name);                     \
    const int last = IsLast(kSync); \
    DieIf(last, kBefore);           \
    const int code = next(fd);      \
    DieIf(last, kAfter);            \
    return code;                    \
  }
WRAP_SYNC(fsync)
WRAP_SYNC(fdatasync)

ssize_t sendto(int fd, const void *from, size_t size, int flags,
               const struct sockaddr *to, socklen_t to_size) {
  NEXT(sendto);
  const int last = IsLast(kRing);
  DieIf(last, kBefore);
  const ssize_t sent = next(fd, from, size, flags, to, to_size);
  DieIf(last, kAfter);
  return sent;
}
