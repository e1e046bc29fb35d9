#include "bench/setup/board.h"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

namespace fs = std::filesystem;

// Short, so that the board is slow, rather than at times fast and at times
// still. The kernel takes no quota under a millisecond.
constexpr int kPeriodMicros = 10'000;
constexpr int kLeastQuotaMicros = 1'000;

int QuotaOf(double cores) {
  return std::max(static_cast<int>(cores * kPeriodMicros), kLeastQuotaMicros);
}

Result<void> WriteTo(const fs::path& file, const std::string& value) {
  std::ofstream stream(file);
  if (!stream) return FailErrno(file.string(), errno);
  stream << value;
  stream.close();
  if (!stream) {
    return FailErrno(fmt::format("{}: writing {}", file.string(), value),
                     errno);
  }
  return {};
}

bool IsThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Whether groups in this one may be limited in both.
bool HasBoth(const fs::path& group) {
  std::ifstream file(group / "cgroup.subtree_control");
  const std::set<std::string> controllers{
      std::istream_iterator<std::string>(file), {}};
  return controllers.contains("cpu") && controllers.contains("memory");
}

// Of version 2: a group that holds processes can't have groups below it that
// are limited, so ours can't be made in our own.
fs::path ParentV2(const fs::path& root,
                  const std::map<std::string, std::string>& membership) {
  const auto own = membership.find("");
  if (own == membership.end()) return root;
  fs::path group = root / fs::path(own->second).relative_path();
  for (; group != root && group.has_relative_path();
       group = group.parent_path()) {
    if (IsThere(group) && HasBoth(group)) return group;
  }
  return root;
}

// Of version 1. In a container, our group may have a name from outside.
fs::path ParentV1(const fs::path& root, const std::string& controller,
                  const std::map<std::string, std::string>& membership) {
  const auto own = membership.find(controller);
  if (own == membership.end()) return root / controller;
  const fs::path group =
      root / controller / fs::path(own->second).relative_path();
  return IsThere(group) ? group : root / controller;
}

using Folders = std::map<std::string, fs::path>;  // by controller

bool IsVersion2(const SlowBoard::Places& places) {
  return IsThere(places.groups / "cgroup.controllers");
}

// Below which groups ours are made, or would have been.
Folders Parents(const SlowBoard::Places& places) {
  const auto text = ReadFile(places.membership);
  const auto membership = ReadMembership(text ? *text : "");
  if (IsVersion2(places)) {
    const fs::path parent = ParentV2(places.groups, membership);
    return {{"cpu", parent}, {"memory", parent}};
  }
  return {{"cpu", ParentV1(places.groups, "cpu", membership)},
          {"memory", ParentV1(places.groups, "memory", membership)}};
}

// Version 2 passes controllers on only where it is told to.
Result<void> PassControllersOn(const SlowBoard::Places& places,
                               const Folders& parents) {
  if (!IsVersion2(places)) return {};
  const fs::path& parent = parents.at("cpu");
  if (HasBoth(parent)) return {};
  return WriteTo(parent / "cgroup.subtree_control", "+cpu +memory");
}

// The last core that we may use: the first has most of the interrupts.
int LastCore() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  ::sched_getaffinity(0, sizeof(cores), &cores);
  for (int core = CPU_SETSIZE - 1; core > 0; --core) {
    if (CPU_ISSET(core, &cores)) return core;
  }
  return 0;
}

// Programs that left their session, or outlived who was to end them.
void EndAllIn(const fs::path& group) {
  std::ifstream file(group / "cgroup.procs");
  for (pid_t process = 0; file >> process;) {
    if (process > 0) ::kill(process, SIGKILL);
  }
}

// A group can be removed when the last of its processes has gone for good.
void Remove(const fs::path& group) {
  constexpr int kTries = 1000;
  constexpr int kPauseMillis = 10;
  for (int i = 0; i < kTries && ::rmdir(group.c_str()) != 0; ++i) {
    if (errno != EBUSY) return;
    EndAllIn(group);
    ::poll(nullptr, 0, kPauseMillis);
  }
}

}  // namespace

std::vector<GroupSetting> GroupSettingsV1(const BoardLimit& limit) {
  std::vector<GroupSetting> settings;
  if (limit.cores > 0) {
    settings.push_back(
        {"cpu", "cpu.cfs_period_us", std::to_string(kPeriodMicros)});
    settings.push_back(
        {"cpu", "cpu.cfs_quota_us", std::to_string(QuotaOf(limit.cores))});
  }
  if (limit.memory > 0) {
    const std::string bytes = std::to_string(limit.memory);
    settings.push_back({"memory", "memory.limit_in_bytes", bytes});
    // And no swap beside it.
    settings.push_back({"memory", "memory.memsw.limit_in_bytes", bytes, true});
  }
  return settings;
}

std::vector<GroupSetting> GroupSettingsV2(const BoardLimit& limit) {
  std::vector<GroupSetting> settings;
  if (limit.cores > 0) {
    settings.push_back(
        {"cpu", "cpu.max",
         fmt::format("{} {}", QuotaOf(limit.cores), kPeriodMicros)});
  }
  if (limit.memory > 0) {
    settings.push_back({"memory", "memory.max", std::to_string(limit.memory)});
    settings.push_back({"memory", "memory.swap.max", "0", true});
  }
  return settings;
}

std::map<std::string, std::string> ReadMembership(std::string_view text) {
  std::map<std::string, std::string> membership;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    std::string_view names = line.substr(first + 1, second - first - 1);
    for (bool more = true; more;) {
      const auto comma = names.find(',');
      membership[std::string(names.substr(0, comma))] = line.substr(second + 1);
      more = comma != names.npos;
      if (more) names.remove_prefix(comma + 1);
    }
  }
  return membership;
}

Result<SlowBoard> SlowBoard::Make(const BoardLimit& limit,
                                  const std::string& name,
                                  const Places& places) {
  SlowBoard board;
  const auto settings =
      IsVersion2(places) ? GroupSettingsV2(limit) : GroupSettingsV1(limit);
  if (settings.empty()) return board;
  const auto parents = Parents(places);
  auto made = PassControllersOn(places, parents);
  if (made) made = board.MakeGroups(settings, parents, name);
  if (!made) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("the limit of a board takes control groups with "
                            "cpu and memory, and root: {}",
                            made.error().message));
  }
  if (limit.cores > 0 && limit.cores <= 1) {
    board.prefix_ = {"taskset", "-c", std::to_string(LastCore())};
  }
  return board;
}

Result<void> SlowBoard::MakeGroups(
    const std::vector<GroupSetting>& settings,
    const std::map<std::string, fs::path>& parents, const std::string& name) {
  for (const GroupSetting& setting : settings) {
    const fs::path group = parents.at(setting.controller) / name;
    if (std::ranges::find(groups_, group) == groups_.end()) {
      if (::mkdir(group.c_str(), 0755) != 0) {
        return FailErrno(group.string(), errno);
      }
      groups_.push_back(group);
    }
    const fs::path file = group / setting.file;
    if (setting.if_there && !IsThere(file)) continue;
    if (auto ok = WriteTo(file, setting.value); !ok) return ok;
  }
  return {};
}

void SlowBoard::RemoveGroups(const std::string& name, const Places& places) {
  for (const auto& [controller, parent] : Parents(places)) {
    Remove(parent / name);
  }
}

SlowBoard::~SlowBoard() {
  for (const fs::path& group : groups_) Remove(group);
}

std::vector<std::string> SlowBoard::Tasks() const {
  std::vector<std::string> tasks;
  for (const fs::path& group : groups_) tasks.push_back(group / "cgroup.procs");
  return tasks;
}

}  // namespace smsweb::bench
