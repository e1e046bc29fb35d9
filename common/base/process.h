// What every program does to its process first.
#pragma once

#include <csignal>

namespace smsweb {

// Files that the programs make are the owner's and the group's: the queue holds
// telephone numbers and texts. A peer that goes away (SIGPIPE) and a file
// that would grow over its limit (SIGXFSZ) are errors of the write.
void PrepareProcess();

// SIGTERM and SIGINT, blocked in this thread and in those it will start, to be
// waited for.
sigset_t BlockEndingSignals();

}  // namespace smsweb
