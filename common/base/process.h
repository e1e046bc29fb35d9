// What every program does to its process first.
#pragma once

#include <csignal>

namespace smsweb {

// Files that the programs make are the owner's and the group's: the queue holds
// telephone numbers and texts. SIGPIPE is ignored: a peer that goes away is an
// error of the write.
void PrepareProcess();

// SIGTERM and SIGINT, blocked in this thread and in those it will start, to be
// waited for.
sigset_t BlockEndingSignals();

}  // namespace smsweb
