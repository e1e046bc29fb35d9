// Connections that a server still has, from /proc/net/tcp and tcp6.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "common/base/error.h"

namespace smsweb::bench {

// How many there are to or from this port in a table as the kernel writes it:
// in any state but listening, TIME_WAIT and closed. One on loopback counts
// twice, for each of its ends has a line. Lines that can't be read do not
// count.
std::uint64_t CountConnections(std::string_view table, std::uint16_t port);

// The same of both tables. 0 where they can't be read.
std::uint64_t CountConnections(std::uint16_t port,
                               const std::filesystem::path& proc = "/proc");

// Asks `count` until it says `calm` or less, and between two times `pause`.
// kUnavailable: it has said the same number `patience` times in turn. As long
// as connections go, it waits.
Result<void> AwaitCalm(std::uint64_t calm, int patience,
                       const std::function<std::uint64_t()>& count,
                       const std::function<void()>& pause);

}  // namespace smsweb::bench
