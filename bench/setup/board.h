// A slow board, in effect: control groups of the kernel with as much processor
// and memory as the board has, for all programs of a set-up that would run on
// it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/setup/setup.h"

namespace smsweb::bench {

// A file of a control group, and what is written to it.
struct GroupSetting {
  std::string controller;  // "cpu", "memory"
  std::string file;
  std::string value;
  bool if_there = false;  // not all kernels have it
};

// What makes the limit with control groups of version 1, and of version 2.
// Pure.
std::vector<GroupSetting> GroupSettingsV1(const BoardLimit& limit);
std::vector<GroupSetting> GroupSettingsV2(const BoardLimit& limit);

// In which group a process is, by controller, from its /proc/PID/cgroup:
// {"cpu", "/"}; version 2 has "" for all of them. Pure.
std::map<std::string, std::string> ReadMembership(std::string_view text);

class SlowBoard {
 public:
  // Where the kernel shows its groups; tests bring their own.
  struct Places {
    std::filesystem::path groups = "/sys/fs/cgroup";
    std::filesystem::path membership = "/proc/self/cgroup";
  };

  // Makes groups of that name, below our own (version 2: below the nearest one
  // that has both controllers), so that limits that we are under hold for them,
  // too. No limit: none are made. kUnavailable: we are not root, or the
  // controllers are not to be had.
  static Result<SlowBoard> Make(const BoardLimit& limit,
                                const std::string& name, const Places& places);
  static Result<SlowBoard> Make(const BoardLimit& limit,
                                const std::string& name) {
    return Make(limit, name, Places{});
  }
  // Groups of that name, below our own, with what runs in them.
  static void RemoveGroups(const std::string& name, const Places& places);
  SlowBoard(SlowBoard&& other) noexcept = default;
  SlowBoard& operator=(SlowBoard&&) = delete;
  // Ends what is still in the groups, and removes them.
  ~SlowBoard();

  // Files to which a process writes its id to be on the board.
  std::vector<std::string> Tasks() const;
  // What comes before a command so that it keeps to one core; empty: it need
  // not.
  const std::vector<std::string>& prefix() const { return prefix_; }

 private:
  SlowBoard() = default;
  Result<void> MakeGroups(
      const std::vector<GroupSetting>& settings,
      const std::map<std::string, std::filesystem::path>& parents,
      const std::string& name);

  std::vector<std::filesystem::path> groups_;
  std::vector<std::string> prefix_;
};

}  // namespace smsweb::bench
