// Files of /proc about the network and the disks, read: proc(5), and the
// kernel's Documentation/admin-guide/iostats.rst. None of them is had where the
// text is not what it should be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace smsweb::bench {

// /proc/net/dev: bytes of all interfaces, the loopback too.
struct InterfaceBytes {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};
std::optional<InterfaceBytes> ParseInterfaces(std::string_view text);

// /proc/net/netstat and /proc/net/snmp, which are alike: "Tcp.RetransSegs".
// Empty where nothing could be read.
std::map<std::string, std::int64_t> ParseNetCounters(std::string_view text);

// /proc/net/sockstat: sockets of TCP that linger after their connection.
std::optional<std::uint64_t> ParseTimeWait(std::string_view text);

// /proc/diskstats, partitions too, by name.
struct DiskCounters {
  std::uint64_t read = 0;     // bytes
  std::uint64_t written = 0;  // bytes
  std::uint64_t busy_ms = 0;  // there was something to do
};
std::map<std::string, DiskCounters> ParseDisks(std::string_view text);

}  // namespace smsweb::bench
