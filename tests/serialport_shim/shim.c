/* Makes pseudo-terminals look like serial ports to libserialport, so that the
 * real library can be tested without hardware and without being root. Tests
 * alone preload it:
 *
 *   LD_PRELOAD=libserialport_shim.so \
 *   SMSWEB_SHIM_PORTS="/dev/ttySHIM0=/run/x/modem1,/dev/ttySHIM1=..." program
 *
 * Each NAME=TARGET gives the program, and nobody else, a port NAME: opening it
 * opens TARGET (a pty or a link to one; it may appear later).
 *
 * libserialport 0.1.1 and 0.1.2 find a port by lstat and readlink of
 * /sys/class/tty/NAME, open /dev/NAME, and want TIOCMGET and TIOCMBIS, which
 * ptys do not have. Those calls are answered here; all others go through. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#define SYS_CLASS_TTY "/sys/class/tty/"
#define MAX_FDS 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ---- The ports of SMSWEB_SHIM_PORTS */

/* Copies the TARGET of the port NAME; 0 if there is no such port. */
static int FindTarget(const char* name, char target[PATH_MAX]) {
  const char* entry = getenv("SMSWEB_SHIM_PORTS");
  const size_t length = strlen(name);
  while (entry != NULL && *entry != '\0') {
    const size_t size = strcspn(entry, ",");
    if (size > length + 1 && size - length - 1 < PATH_MAX &&
        strncmp(entry, name, length) == 0 && entry[length] == '=') {
      memcpy(target, entry + length + 1, size - length - 1);
      target[size - length - 1] = '\0';
      return 1;
    }
    entry += size;
    if (*entry == ',') ++entry;
  }
  return 0;
}

static int IsPort(const char* name) {
  char target[PATH_MAX];
  return name != NULL && FindTarget(name, target);
}

/* "ttySHIM0" of "/sys/class/tty/ttySHIM0", if that is one of our ports. */
static const char* SysfsPort(const char* path) {
  char device[PATH_MAX] = "/dev/";
  const size_t prefix = strlen(SYS_CLASS_TTY);
  if (path == NULL || strncmp(path, SYS_CLASS_TTY, prefix) != 0) return NULL;
  if (strlen(path) - prefix >= sizeof(device) - strlen(device)) return NULL;
  strcat(device, path + prefix);
  return IsPort(device) ? path + prefix : NULL;
}

/* ---- Finding a port */

#define FILL_LINK(status) \
  (memset(status, 0, sizeof(*(status))), (status)->st_mode = S_IFLNK | 0777, 0)

int lstat(const char* path, struct stat* status) {
  if (SysfsPort(path) != NULL) return FILL_LINK(status);
  return REAL(lstat)(path, status);
}

int lstat64(const char* path, struct stat64* status) {
  if (SysfsPort(path) != NULL) return FILL_LINK(status);
  return REAL(lstat64)(path, status);
}

/* As programs built against glibc before 2.33 call them. */
int __lxstat(int version, const char* path, struct stat* status);
int __lxstat(int version, const char* path, struct stat* status) {
  (void)version;
  return lstat(path, status);
}
int __lxstat64(int version, const char* path, struct stat64* status);
int __lxstat64(int version, const char* path, struct stat64* status) {
  (void)version;
  return lstat64(path, status);
}

int stat(const char* path, struct stat* status) {
  char target[PATH_MAX];
  return REAL(stat)(FindTarget(path, target) ? target : path, status);
}

ssize_t readlink(const char* path, char* buffer, size_t size) {
  /* Neither "usb" nor "virtual" in it: both mean something to libserialport. */
  char link[PATH_MAX] = "../../devices/platform/shim/tty/";
  const char* name = SysfsPort(path);
  if (name == NULL) return REAL(readlink)(path, buffer, size);
  strncat(link, name, sizeof(link) - strlen(link) - 1);
  const size_t length = strlen(link) < size ? strlen(link) : size;
  memcpy(buffer, link, length);
  return (ssize_t)length;
}

char* realpath(const char* path, char* resolved) {
  if (!IsPort(path)) return REAL(realpath)(path, resolved);
  if (resolved == NULL) return strdup(path);
  return strcpy(resolved, path);
}

char* __realpath_chk(const char* path, char* resolved, size_t size);
char* __realpath_chk(const char* path, char* resolved, size_t size) {
  (void)size;
  return realpath(path, resolved);
}

/* ---- Opening it */

static int modem_lines[MAX_FDS]; /* of each descriptor: TIOCM_DTR, ... */

static int OpenPort(const char* path, int flags, mode_t mode) {
  char target[PATH_MAX];
  const int is_port = path != NULL && FindTarget(path, target);
  const int fd = REAL(open)(is_port ? target : path, flags, mode);
  if (is_port && fd >= 0 && fd < MAX_FDS) modem_lines[fd] = 0;
  return fd;
}

static mode_t ModeOf(int flags, va_list arguments) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenPort(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenPort(path, flags | O_LARGEFILE, mode);
}

int __open_2(const char* path, int flags);
int __open_2(const char* path, int flags) { return OpenPort(path, flags, 0); }
int __open64_2(const char* path, int flags);
int __open64_2(const char* path, int flags) {
  return OpenPort(path, flags | O_LARGEFILE, 0);
}

/* ---- Its modem lines */

/* The slave's side of a pseudo-terminal has a major number of its own. */
static int IsPty(int fd) {
  struct stat status;
  return fd >= 0 && fd < MAX_FDS && fstat(fd, &status) == 0 &&
         S_ISCHR(status.st_mode) && major(status.st_rdev) >= 136 &&
         major(status.st_rdev) <= 143;
}

static int ModemLines(int fd, unsigned long request, int* bits) {
  const int always = TIOCM_CTS | TIOCM_DSR | TIOCM_CAR; /* a modem is there */
  switch (request) {
    case TIOCMGET:
      *bits = modem_lines[fd] | always;
      return 0;
    case TIOCMSET:
      modem_lines[fd] = *bits;
      return 0;
    case TIOCMBIS:
      modem_lines[fd] |= *bits;
      return 0;
    default: /* TIOCMBIC */
      modem_lines[fd] &= ~*bits;
      return 0;
  }
}

typedef int Ioctl(int fd, unsigned long request, ...);

static int AskPort(Ioctl* real, int fd, unsigned long request, void* argument) {
  const int about_lines = request == TIOCMGET || request == TIOCMSET ||
                          request == TIOCMBIS || request == TIOCMBIC;
  if (about_lines && IsPty(fd)) return ModemLines(fd, request, argument);
  /* On a pty it would outlive the program that asked for it. */
  if (request == TIOCEXCL && IsPty(fd)) return 0;
  return real(fd, request, argument);
}

#define WRAP_IOCTL(name)                               \
  int name(int fd, unsigned long request, ...) {       \
    va_list arguments;                                 \
    va_start(arguments, request);                      \
    void* const argument = va_arg(arguments, void*);   \
    va_end(arguments);                                 \
    return AskPort(REAL(name), fd, request, argument); \
  }
WRAP_IOCTL(ioctl)
/* Its name in a program whose time_t has 64 bits, on a 32-bit system. */
Ioctl __ioctl_time64;
WRAP_IOCTL(__ioctl_time64)
