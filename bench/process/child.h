// Other programs: started with the limits, the user and the folder that they
// are to have, waited for, and stopped by the process id that we hold.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

// A user that a program is to run as; none: our own.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

// How to start a program.
struct Command {
  // The first is the program: a path, or a name that is looked up in PATH and
  // in /usr/sbin and /sbin.
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // beside our own
  std::filesystem::path folder;                    // where it runs; empty: here
  std::optional<User> user;                        // only root may set it
  // RLIMIT_NOFILE's soft limit, cut to the hard one; 0: as ours is.
  std::uint64_t descriptors = 0;
  // With `descriptors`: the hard limit as well, so that the program can't raise
  // it again.
  bool hard_descriptors = false;
  std::vector<std::string>
      cgroup_tasks;   // files that it writes its id to first
  std::string input;  // its standard input
};

// For people, and to be pasted into a shell: quoted where it must be, with
// `ulimit -n` before it where `descriptors` is set.
std::string ToString(const Command& command);

// The most descriptors that a program may be given here: our own hard limit.
std::uint64_t HardDescriptors();

// Where a program is, looked up in PATH, /usr/sbin and /sbin. Empty: nowhere.
std::filesystem::path FindProgram(const std::string& name);

// What a program that has ended left.
struct Ended {
  int exit_code = 0;   // 128 + the signal's number, if it was a signal
  std::string output;  // standard output
  std::string errors;  // standard error
  double seconds = 0;
};

// Runs it to its end. It inherits descriptors 0, 1 and 2 and no others.
// kUnavailable: it can't be started, or did not end within `limit` (it is
// killed then).
Result<Ended> Run(const Command& command, std::chrono::milliseconds limit);

// The end of a log, for an error message. Empty where it can't be read.
inline constexpr std::size_t kLastLines = 15;
std::string LastLines(const std::filesystem::path& log,
                      std::size_t lines = kLastLines);

// A program that runs until it is stopped, its standard output and error in a
// file. Stopped by the destructor, too.
class Child {
 public:
  static Result<Child> Start(const std::string& name, const Command& command,
                             const std::filesystem::path& log);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  const std::string& name() const { return name_; }
  pid_t pid() const { return pid_; }
  const std::filesystem::path& log() const { return log_; }
  bool Running();
  // SIGTERM, and SIGKILL to it and its session after `patience`. Its exit code,
  // as in Ended; -1 if it had been stopped before.
  int Stop(std::chrono::milliseconds patience = std::chrono::seconds(15));
  std::string LastWords(std::size_t lines = kLastLines) const {
    return LastLines(log_, lines);
  }

 private:
  Child(std::string name, pid_t pid, std::filesystem::path log);
  std::string name_;
  pid_t pid_ = -1;
  std::filesystem::path log_;
};

}  // namespace smsweb::bench
