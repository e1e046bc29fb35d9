// What serial ports and pseudo-terminals have in common.
#include <poll.h>
#include <sys/file.h>

#include <cerrno>

#include "common/line/line_kinds.h"

namespace smsweb {

int LockTerminal(int fd) {
  const bool taken = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
  return taken && errno == EWOULDBLOCK ? EBUSY : 0;
}

bool HungUp(int fd) {
  pollfd poll_fd{.fd = fd, .events = POLLIN, .revents = 0};
  if (::poll(&poll_fd, 1, 0) <= 0) return false;
  return (poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

}  // namespace smsweb
