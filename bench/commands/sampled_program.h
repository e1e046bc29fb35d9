// A program that runs as it would without us: same terminal, streams, folder
// and process group. It has its process before it begins, so that the first
// look finds it; and keeps it when it has ended, until its exit code is taken,
// so that the last look does.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

class SampledProgram {
 public:
  // `arguments` has the program's name first. `mask`: its signal mask.
  static Result<SampledProgram> Prepare(
      const std::vector<std::string>& arguments, const sigset_t& mask);
  SampledProgram(SampledProgram&& other) noexcept;
  SampledProgram& operator=(SampledProgram&&) = delete;
  ~SampledProgram();  // one that has not begun never does

  pid_t pid() const { return pid_; }
  void Begin();
  bool has_begun() const { return !gate_; }
  bool HasEnded() const;
  void PassOn(int signal) const;
  // Waits for its end. 128 + the signal's number if a signal ended it; 127 and
  // 126, as shells have it, where it could not begin.
  int TakeExitCode();

 private:
  SampledProgram(pid_t pid, UniqueFd gate)
      : pid_(pid), gate_(std::move(gate)) {}
  pid_t pid_;
  UniqueFd gate_;  // it begins when a byte comes through
};

}  // namespace smsweb::bench
