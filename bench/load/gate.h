// How the parent and its workers tell each other that it is time: eventfds that
// are there before the fork. `go` and `stop` stay readable once they are.
#pragma once

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

struct Gate {
  UniqueFd ready;  // a worker adds one: it could begin
  UniqueFd go;     // LoadState::start is set: begin
  UniqueFd stop;   // hand out no more, and end soon

  static Result<Gate> Make();
};

void Signal(const UniqueFd& eventfd);
// How often it was signalled since it was last asked.
int TakeSignals(const UniqueFd& eventfd);

}  // namespace smsweb::bench
