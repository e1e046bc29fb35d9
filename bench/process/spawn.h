// One fork and exec, as a Command wants it: what Run() and Child share.
#pragma once

#include <sys/types.h>

#include "bench/process/child.h"

namespace smsweb::bench {

struct Streams {
  int output = -1;
  int errors = -1;
};

// The process, which leads a session of its own, has no descriptor but 0, 1 and
// 2, and is killed when we die. Our streams stay open here.
Result<pid_t> Spawn(const Command& command, const Streams& streams);

// Waits until the process has ended, or `limit` is over: false. It stays a
// zombie, so that its id is still its own.
bool AwaitEnd(pid_t pid, std::chrono::milliseconds limit);

// Ends what is left of its session's first group, and takes its exit code.
int Reap(pid_t pid);

}  // namespace smsweb::bench
