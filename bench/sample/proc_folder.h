// /proc, or a folder that looks like it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

class ProcFolder {
 public:
  static Result<ProcFolder> Open(const std::filesystem::path& path);

  // All of a file, until the next is read. The error is errno's.
  std::expected<std::string_view, int> Read(const std::string& name);
  // The same; empty where it can't be read.
  std::string_view ReadOrNothing(const std::string& name);

  // Processes, in the order of their ids; of a process, its threads.
  std::vector<pid_t> Processes() const;
  std::vector<pid_t> Threads(pid_t process) const;

  // How many descriptors it has open. From Linux 6.2 on one call tells it
  // (the size of /proc/PID/fd), also of other users' processes.
  std::expected<std::uint64_t, int> CountDescriptors(pid_t process) const;

 private:
  explicit ProcFolder(UniqueFd folder) : folder_(std::move(folder)) {}
  UniqueFd folder_;
  std::string buffer_;
  bool sizes_count_ = false;  // what st_size of a folder fd is
};

}  // namespace smsweb::bench
