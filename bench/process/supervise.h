// Work that starts programs, and leaves none behind however it ends: done,
// failed, crashed, Ctrl-C.
#pragma once

#include <functional>

namespace smsweb::bench {

// Does the work in a process of its own. SIGINT, SIGTERM and SIGHUP are passed
// on to it; a second one kills it. When it has ended, everything that it has
// started and left (not what ran before) is killed (orphans come to us:
// PR_SET_CHILD_SUBREAPER), then `tidy` is called. The work's exit code; 128 +
// the signal's number where one came.
int Supervise(const std::function<int()>& work,
              const std::function<void()>& tidy);

}  // namespace smsweb::bench
