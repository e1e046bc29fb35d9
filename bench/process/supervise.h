// Work that starts programs, and leaves none behind however it ends: done,
// failed, crashed, Ctrl-C.
#pragma once

#include <functional>

namespace smsweb::bench {

// Does the work in a process of its own. When that has ended, or SIGINT,
// SIGTERM or SIGHUP has come and it was killed, everything that it has started
// and left is killed too (orphans come to us: PR_SET_CHILD_SUBREAPER), then
// `tidy` is called. The work's exit code; 128 + the signal's number where one
// ended it.
int Supervise(const std::function<int()>& work,
              const std::function<void()>& tidy);

}  // namespace smsweb::bench
