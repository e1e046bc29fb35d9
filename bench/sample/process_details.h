// A closer look at the processes of groups.
#pragma once

#include <cstdint>

#include "bench/sample/process_table.h"

namespace smsweb::bench {

// Threads whose status is read at one look. Of more, each has its turn in one
// of several looks, and keeps what it had until then: 2,000 processes would
// take a sixteenth of a core, at one look a second.
inline constexpr std::uint64_t kThreadsPerLook = 256;

// Whether it is this process's turn, with so many threads in all. At look 0,
// everybody's.
bool HasTurn(pid_t pid, std::uint64_t look, std::uint64_t threads);

// `before` is the look before, empty at look 0.
void ReadDetails(ProcFolder& proc, const ProcessTable& before,
                 std::uint64_t look, ProcessTable& table);

}  // namespace smsweb::bench
