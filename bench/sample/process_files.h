// Files of /proc/PID, read: proc(5). None of them is had where the text is not
// what it should be.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smsweb::bench {

// /proc/PID/stat.
struct ProcessStat {
  pid_t pid = 0;
  std::string name;  // what it was started as, its first 15 characters
  char state = '?';
  pid_t parent = 0;
  pid_t session = 0;
  std::uint64_t own_ticks = 0;     // user and system, of all its threads
  std::uint64_t reaped_ticks = 0;  // of children that it has waited for, and of
                                   // those that they had waited for
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  // since the machine was started
  std::uint64_t resident_pages = 0;
};
std::optional<ProcessStat> ParseProcessStat(std::string_view text);

// /proc/PID/status and /proc/PID/task/TID/status.
struct ProcessStatus {
  std::uint64_t switches = 0;  // voluntary or not, of this thread
  // SIGCHLD is ignored: what children have used is lost when they end.
  bool ignores_children = false;
};
std::optional<ProcessStatus> ParseProcessStatus(std::string_view text);

// /proc/PID/io: bytes that storage was asked for, and is to keep. Those of
// children that were waited for are in them.
struct ProcessIo {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
};
std::optional<ProcessIo> ParseProcessIo(std::string_view text);

// /proc/PID/limits: the soft limit of descriptors. None, too, if unlimited.
std::optional<std::uint64_t> ParseDescriptorLimit(std::string_view text);

}  // namespace smsweb::bench
