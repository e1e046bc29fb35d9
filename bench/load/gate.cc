#include "bench/load/gate.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

namespace smsweb::bench {

Result<Gate> Gate::Make() {
  Gate gate;
  for (UniqueFd* const fd : {&gate.ready, &gate.go, &gate.stop}) {
    fd->Reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!*fd) return FailErrno("load: eventfd", errno);
  }
  return gate;
}

void Signal(const UniqueFd& eventfd) { ::eventfd_write(eventfd.get(), 1); }

int TakeSignals(const UniqueFd& eventfd) {
  eventfd_t count = 0;
  return ::eventfd_read(eventfd.get(), &count) == 0 ? static_cast<int>(count)
                                                    : 0;
}

}  // namespace smsweb::bench
