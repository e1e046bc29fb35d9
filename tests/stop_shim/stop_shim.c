/* Stops a program at a chosen system call, so that a test can do something at
 * exactly that instant. Tests alone preload it:
 *
 *   LD_PRELOAD=libstop_shim.so STOP_SHIM_AT=7 STOP_SHIM_MARK=poll program
 *
 * counts the calls below from the mark on and raises SIGSTOP before the 7th.
 * SIGCONT lets the program go on; it is stopped once in its life.
 *
 *   STOP_SHIM_MARK=idle   counts from a poll() on that waited for half a second
 *                         or more and timed out; the next poll() ends it
 *   STOP_SHIM_MARK=NAME   counts from the first call of this name on, with it;
 *                         without a mark: from the start of the program
 *   STOP_SHIM_CALL=NAME   counts calls of this name only
 *   STOP_SHIM_LOG=FILE    appends a line for each call counted, "NUMBER NAME",
 *                         and "stop NUMBER NAME" before stopping
 *   STOP_SHIM_AT=N        without it nothing is stopped: a dry run for the log
 *
 * Whatever other processes can see of a program, it does by a system call: a
 * stop before each of them, and one at the very end ("exit"), shows every state
 * in which it can be met. clock_gettime, which changes nothing, stands for the
 * instants in between. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct {
  long stop_at;
  const char *call; /* count these only; NULL: all */
  const char *mark; /* count from this call on; NULL: the start, or idle */
  int mark_idle;
  int log_fd;
  int ready;
  int counting;
  long count;
} shim = {.log_fd = -1};

__attribute__((constructor)) static void Begin(void) {
  const char *at = getenv("STOP_SHIM_AT");
  const char *mark = getenv("STOP_SHIM_MARK");
  const char *log = getenv("STOP_SHIM_LOG");
  shim.stop_at = at ? atol(at) : 0;
  shim.call = getenv("STOP_SHIM_CALL");
  shim.mark_idle = mark && strcmp(mark, "idle") == 0;
  shim.mark = shim.mark_idle ? NULL : mark;
  shim.counting = !mark;
  if (log) {
    shim.log_fd = (int)syscall(SYS_openat, AT_FDCWD, log,
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  }
  shim.ready = 1;
}

static void Log(const char *what, const char *name) {
  char line[100];
  if (shim.log_fd < 0) return;
  const int size = snprintf(line, sizeof(line), "%s%ld %s\n", what, shim.count, name);
  (void)syscall(SYS_write, shim.log_fd, line, (size_t)size);
}

static void Count(const char *name) {
  if (!shim.ready) return;
  if (shim.mark && strcmp(shim.mark, name) == 0) shim.counting = 1;
  if (!shim.counting) return;
  if (shim.call && strcmp(shim.call, name) != 0) return;
  ++shim.count;
  Log("", name);
  if (shim.stop_at == 0 || shim.count != shim.stop_at) return;
  shim.stop_at = 0;
  Log("stop ", name);
  (void)syscall(SYS_kill, (long)getpid(), SIGSTOP);
}

__attribute__((destructor)) static void End(void) { Count("exit"); }

/* A call that is counted and passed on, in one line each. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, name, parameters, ...)           \
  type name parameters {                            \
    static __typeof__(&name) next;                  \
    if (!next) next = NEXT(name);                   \
    Count(#name);                                   \
    return next(__VA_ARGS__);                       \
  }

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  static __typeof__(&poll) next;
  if (!next) next = NEXT(poll);
  Count("poll");
  const int ready = next(fds, count, timeout);
  if (shim.mark_idle) {
    shim.counting = ready == 0 && timeout >= 500;
    shim.count = 0;
  }
  return ready;
}

WRAP(ssize_t, recv, (int fd, void *to, size_t size, int flags), fd, to, size, flags)
/* "sent" is the instant behind one that succeeded. */
ssize_t sendto(int fd, const void *from, size_t size, int flags,
               const struct sockaddr *to, socklen_t to_size) {
  static __typeof__(&sendto) next;
  if (!next) next = NEXT(sendto);
  Count("sendto");
  const ssize_t sent = next(fd, from, size, flags, to, to_size);
  if (sent >= 0) Count("sent");
  return sent;
}

WRAP(int, socket, (int domain, int type, int protocol), domain, type, protocol)
WRAP(int, bind, (int fd, const struct sockaddr *to, socklen_t size), fd, to, size)
WRAP(int, chmod, (const char *path, mode_t mode), path, mode)
WRAP(int, unlink, (const char *path), path)
WRAP(int, close, (int fd), fd)
WRAP(int, flock, (int fd, int operation), fd, operation)
WRAP(ssize_t, read, (int fd, void *to, size_t size), fd, to, size)
WRAP(ssize_t, write, (int fd, const void *from, size_t size), fd, from, size)
WRAP(ssize_t, pread, (int fd, void *to, size_t size, off_t at), fd, to, size, at)
WRAP(ssize_t, pread64, (int fd, void *to, size_t size, off64_t at), fd, to, size, at)
WRAP(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), fd, from, size, at)
WRAP(ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at), fd, from, size, at)
WRAP(int, fsync, (int fd), fd)
WRAP(int, fdatasync, (int fd), fd)
WRAP(int, ftruncate64, (int fd, off64_t size), fd, size)
WRAP(int, munmap, (void *address, size_t size), address, size)
WRAP(int, clock_gettime, (clockid_t clock, struct timespec *to), clock, to)

/* The third argument may be anything that fits a register. */
#define WRAP_FCNTL(name)                          \
  int name(int fd, int command, ...) {            \
    static __typeof__(&name) next;                \
    va_list more;                                 \
    va_start(more, command);                      \
    void *argument = va_arg(more, void *);        \
    va_end(more);                                 \
    if (!next) next = NEXT(name);                 \
    Count(#name);                                 \
    return next(fd, command, argument);           \
  }
WRAP_FCNTL(fcntl)
WRAP_FCNTL(fcntl64)

/* Their names in a program whose time_t has 64 bits, on a 32-bit system. */
int __fcntl_time64(int fd, int command, ...);
WRAP_FCNTL(__fcntl_time64)
int __clock_gettime64(clockid_t clock, void *to);
WRAP(int, __clock_gettime64, (clockid_t clock, void *to), clock, to)
